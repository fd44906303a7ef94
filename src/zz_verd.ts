import { compare } from './compare/compare.ts';
import { DRIVERS } from './drivers/drivers.ts';
import { CATALOGUE } from './workload/catalogue/index.ts';
import { loadScenario } from './workload/scenario/index.ts';
import { options } from './compare/fixtures/conditions.ts';
const counts = new Map<string, string[]>();
let unmet = 0, runs = 0, incomplete = 0;
const unmetBy = new Map<string, number>();
for (const { file, name, kind } of CATALOGUE) {
  if (kind !== 'scenario') continue;
  const input = await loadScenario(file);
  for (const memory of ['ext4', 'xfs']) {
    for (const onBlock of ['stay', 'release'] as const) {
      try {
        const f = compare(input, options({ memory, onBlock, kernel: process.argv[2] ?? 'linux-6.1', drivers: DRIVERS.map((driver) => ({ driver })) }));
        runs++;
        unmet += f.unmet.length;
        if (!f.complete) incomplete++;
        for (const v of f.verdicts) if (!v.as_expected) {
          const key = `${v.driver} ${v.property}`;
          counts.set(key, [...(counts.get(key) ?? []), `${name}/${memory}/${onBlock}: ${v.example}`]);
        }
        for (const [d, r] of Object.entries(f.drivers)) for (const [op, s] of Object.entries(r.ops)) if (s.blocked > 0 && onBlock==='stay') unmetBy.set(`${d} ${op} blocked in ${name} ${memory}`, s.blocked);
      } catch (e) { console.log('THROW', name, memory, onBlock, String((e as Error).stack).slice(0, 400)); }
    }
  }
}
console.log({ runs, unmet, incomplete });
for (const [key, list] of counts) console.log(key, list.length, '\n   ', list.slice(0, 3).join('\n    '));
console.log([...unmetBy.keys()].slice(0, 30));

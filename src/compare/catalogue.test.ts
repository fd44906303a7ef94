import { describe, expect, test } from 'vitest';
import { MEMORY_KINDS } from '../run/setup.ts';
import { CATALOGUE } from '../workload/catalogue/index.ts';
import { loadScenario } from '../workload/scenario/index.ts';
import { compare } from './compare.ts';
import { drivers, options } from './fixtures/conditions.ts';

const SCENARIOS = CATALOGUE.filter(({ kind }) => kind === 'scenario');
const ALL = drivers('none', 'gup', 'gup_longterm', 'hmm_mirror');

describe.each(MEMORY_KINDS.map(({ name }) => name))('on %s', (memory) => {
  test.each(SCENARIOS)('$name shows what it says', async ({ file }) => {
    const input = await loadScenario(file);
    const findings = compare(input, options({ memory, drivers: ALL }));
    expect(findings.unmet).toEqual([]);
    expect(findings.verdicts.filter(({ as_expected }) => !as_expected)).toEqual([]);
    expect(findings.complete).toBe(true);
  });

  test.each(SCENARIOS)('$name comes to an end when the driver is made to let go', async ({ file }) => {
    const findings = compare(await loadScenario(file), options({ memory, drivers: ALL, onBlock: 'release' }));
    expect(findings.verdicts.filter(({ as_expected }) => !as_expected)).toEqual([]);
  });
});

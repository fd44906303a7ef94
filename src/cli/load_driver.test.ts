import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { compare } from '../compare/index.ts';
import { attachedWorkload, DETACH, inputOf, options, PUNCH } from '../compare/fixtures/conditions.ts';
import { InputError } from '../workload/input_error.ts';
import { loadDriver } from './load_driver.ts';
import { simulator } from './simulator.ts';

const folder = mkdtempSync(join(tmpdir(), 'gvh-driver-'));

afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a driver file and gives its path. */
function driverFile(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const workload = attachedWorkload([
  ['app', { kind: 'dma_write', region: 0, from: 100, to: 104, fence: false }],
  ['other', PUNCH],
  ['app', DETACH],
]);

const THROWING_JS = `
  export default (kit) => ({
    ...kit.gup,
    name: 'broken',
    title: 'throws when it attaches',
    attach: kit.path('broken attach', ['region'], ({ label, ret }) => [
      label('before', 'K26'),
      label('take pages', 'K26', () => { throw new Error('no such thing'); }),
      ret(),
    ]),
  });
`;

describe('a driver of the user', () => {
  test('in TypeScript runs beside those that come along', async () => {
    const mirror = await loadDriver(fileURLToPath(new URL('./fixtures/slow_mirror.ts', import.meta.url)));
    expect(mirror.name).toBe('slow_mirror');
    const known = await loadDriver('hmm_mirror');
    const { drivers, unmet } = compare(inputOf(workload), options({ drivers: [mirror, known] }));
    expect(unmet).toEqual([]);
    expect(drivers['slow_mirror']?.notifier).toEqual(drivers['hmm_mirror']?.notifier);
    const slow = drivers['slow_mirror']?.ops.punch?.wait_ns.callback ?? 0;
    expect(slow).toBeGreaterThan(10 * (drivers['hmm_mirror']?.ops.punch?.wait_ns.callback ?? Infinity));
  });

  test('in JavaScript may be the driver itself', async () => {
    const path = driverFile(
      'plain.mjs',
      `const path = { name: 'p', locals: ['region'], entries: [{ op: 'ret', name: 'return', value: () => 0 }] };
       export default { name: 'plain', title: 't', attach: path, detach: path, begin_transfer: path,
         device_fault: path, end_transfer: path, invalidate: null, breaks: [] };`,
    );
    const { name, file } = await loadDriver(path);
    expect([name, file]).toEqual(['plain', path]);
  });

  test('that throws while it runs is named with the step and the operation', async () => {
    const file = driverFile('throwing.mjs', THROWING_JS);
    const broken = await loadDriver(file);
    const run = (): unknown => compare(inputOf(workload), options({ drivers: [broken] }));
    expect(run).toThrow(InputError);
    expect(run).toThrow(
      `${file}: the driver failed in the step that begins at 'broken attach.take pages', during operation 1: no such thing`,
    );
  });

  test('that throws while it runs is named by every command', async () => {
    const file = driverFile('throwing.mjs', THROWING_JS);
    const attention = { signal: { aborted: false }, onProgress: () => undefined };
    const conditions = { kernel: 'linux-6.1', seed: 1, runs: 20, ...attention };
    const named = `${file}: the driver failed in the step that begins at 'broken attach.take pages'`;
    const checked = simulator.check({ ...conditions, memory: 'ext4_dax', driver: file, properties: [] });
    await expect(checked).rejects.toThrow(named);
    const cells = { memories: ['ext4_dax'], drivers: [file], operations: ['punch'] };
    await expect(simulator.matrix({ ...conditions, ...cells })).rejects.toThrow(named);
    const searched = { tables: ['short_pins'], memory: ['ext4_dax'], drivers: [file] };
    await expect(simulator.worst({ ...conditions, ...searched })).rejects.toThrow(named);
  });

  test('that returns no number is named', async () => {
    const text = THROWING_JS.replace(/label\('take.*/, '').replace('ret()', 'ret(() => undefined)');
    const file = driverFile('returns.mjs', text);
    const wrong = await loadDriver(file);
    expect(() => compare(inputOf(workload), options({ drivers: [wrong] }))).toThrow(
      /the driver failed in the step .*: broken attach returns undefined, which is not an integer/,
    );
  });

  test('whose path cannot be compiled is named', async () => {
    const text = THROWING_JS.replace(`label('before', 'K26'),`, `jump('nowhere'),`).replace(
      '{ label, ret }',
      '{ label, jump, ret }',
    );
    const file = driverFile('uncompiled.mjs', text);
    const broken = await loadDriver(file);
    const run = (): unknown => compare(inputOf(workload), options({ drivers: [broken] }));
    expect(run).toThrow(`${file}: cannot be built: broken attach: there is no place nowhere`);
  });

  test.each([
    ['nothing', 'export const x = 1;', 'it has no default export'],
    ['a number', 'export default 1;', 'its default export gives a number'],
    ['no name', 'export default (kit) => ({ ...kit.gup, name: undefined });', "'name' is missing"],
    [
      'no path',
      'export default (kit) => ({ ...kit.gup, device_fault: undefined });',
      "path 'device_fault' is missing",
    ],
    [
      'no callback',
      'export default (kit) => ({ ...kit.gup, invalidate: 7 });',
      "'invalidate' is neither a path nor null",
    ],
    ['no breaks', 'export default (kit) => ({ ...kit.gup, breaks: [{}] });', "'breaks' is no list"],
  ])('that gives %s is refused', async (name, text, problem) => {
    const file = driverFile(`${name.replace(' ', '_')}.mjs`, text);
    await expect(loadDriver(file)).rejects.toThrow(`${file}: is no driver: ${problem}`);
  });

  test('that cannot be loaded says why', async () => {
    const file = driverFile('throws.mjs', 'export default () => { throw new Error("not today"); };');
    await expect(loadDriver(file)).rejects.toThrow(`${file}: cannot be loaded: not today`);
    const getter = driverFile('getter.mjs', 'export default { get name() { throw new Error("no name"); } };');
    await expect(loadDriver(getter)).rejects.toThrow(`${getter}: cannot be loaded: no name`);
    await expect(loadDriver('./no_such.ts')).rejects.toThrow('./no_such.ts: no such driver file');
  });
});

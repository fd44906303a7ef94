import { beforeAll, describe, expect, test } from 'vitest';
import { DRIVERS } from '../drivers/drivers.ts';
import { MEMORY_KINDS } from '../run/setup.ts';
import { CATALOGUE } from '../workload/catalogue/index.ts';
import { loadScenario } from '../workload/scenario/index.ts';
import { compare } from './compare.ts';
import type { ReplayInput } from './conditions.ts';
import { drivers, options } from './fixtures/conditions.ts';

const SCENARIOS = CATALOGUE.filter(({ kind }) => kind === 'scenario');
const MEMORY = MEMORY_KINDS.map(({ name }) => name);
const DAX = MEMORY_KINDS.filter(({ filesystem }) => filesystem.dax).map(({ name }) => name);

describe.each(SCENARIOS)('$name', ({ file }) => {
  let input: ReplayInput;
  beforeAll(async () => {
    input = await loadScenario(file);
  });

  test.each(MEMORY)('shows what it says on %s', (memory) => {
    const findings = compare(input, options({ memory, drivers: DRIVERS }));
    expect(findings.unmet).toEqual([]);
    expect(findings.verdicts.filter(({ as_expected }) => !as_expected)).toEqual([]);
    expect(findings.complete).toBe(true);
  });

  // Only who holds references is ever made to let go, and only a page that is a block is waited for.
  test.each(DAX)('comes to an end on %s when the driver is made to let go', (memory) => {
    const findings = compare(input, options({ memory, drivers: drivers('gup', 'get'), onBlock: 'release' }));
    expect(findings.verdicts.filter(({ as_expected }) => !as_expected)).toEqual([]);
  });
});

/**
 * The model agrees with every committed observation in every field that is compared. The comparison itself is in the published
 * report on real kernels, which reports.test.ts makes anew: here it is only read.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Evidence } from '../compare/fidelity/index.ts';
import { CELL_OPERATION_IDS } from '../compare/matrix/index.ts';
import { DRIVERS } from '../drivers/drivers.ts';
import { MEMORY_KINDS } from '../run/setup.ts';
import { committedObservation, observedKernels } from '../witness/index.ts';

/** Drivers of the model that the probe module does not have. */
const NOT_PROBED: readonly string[] = ['list_notifier'];
const PROBED = DRIVERS.filter(({ name }) => !NOT_PROBED.includes(name));

const REPORT = new URL('../../reports/real-kernel/report.json', import.meta.url);
const { complete, kernels } = JSON.parse(readFileSync(REPORT, 'utf8')) as Evidence;

test('each kernel that was observed is compared', () => {
  expect(complete).toBe(true);
  expect(kernels.map(({ name }) => name)).toEqual(observedKernels());
});

describe.each(kernels)('the model and what was seen of $name', ({ name, release, agreement, disagree }) => {
  test('agree in every field of every cell', () => {
    expect(disagree).toEqual([]);
    const cells = committedObservation(name).cells.length;
    expect(agreement.reduce((sum, { observed }) => sum + observed, 0)).toBe(cells);
    expect(committedObservation(name).kernel.release).toBe(release);
  });

  test('have the same cells', () => {
    for (const { name: memory } of MEMORY_KINDS) {
      for (const { name: driver } of PROBED) {
        const found = agreement.find((each) => each.memory === memory && each.driver === driver);
        expect(found, `${memory} ${driver}`).toMatchObject({ cells: CELL_OPERATION_IDS.length, disagree: 0 });
      }
    }
  });
});

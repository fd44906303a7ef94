import { describe, expect, test } from 'vitest';
import { against, CELL_OPERATION_IDS, matrix } from '../compare/matrix/index.ts';
import { BUILTIN_2026 } from '../costs/index.ts';
import { DRIVERS } from '../drivers/drivers.ts';
import { MEMORY_KINDS } from '../run/setup.ts';
import { committedObservation, observedKernels } from '../witness/index.ts';

/** Drivers of the model that the probe module does not have. */
const NOT_PROBED: readonly string[] = ['list_notifier'];
const PROBED = DRIVERS.filter(({ name }) => !NOT_PROBED.includes(name));
const ALL_MEMORIES: readonly string[] = MEMORY_KINDS.map(({ name }) => name);

describe.each(observedKernels())('the model and what was seen of %s', (name) => {
  const { kernel, cells } = committedObservation(name);

  function compared(modelled: string): ReturnType<typeof against> {
    const model = matrix({
      ...{ kernel: modelled, memories: ALL_MEMORIES, drivers: PROBED },
      ...{ operations: CELL_OPERATION_IDS, costTable: BUILTIN_2026, seed: 1 },
      ...{ signal: { aborted: false }, onProgress: () => undefined },
    });
    return against({
      kernel: modelled,
      complete: true,
      model: model.cells,
      observed: cells,
      observedRelease: kernel.release,
    });
  }

  test('agree in every field of every cell', { timeout: 60_000 }, () => {
    const result = compared(name);
    expect(result.disagree).toEqual([]);
    expect(result.only_in_model).toEqual([]);
    expect(result.cells).toBe(ALL_MEMORIES.length * PROBED.length * CELL_OPERATION_IDS.length);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { compare, sideBySide } from '../compare/index.ts';
import { attachedWorkload, DETACH, inputOf, options, PUNCH } from '../compare/fixtures/conditions.ts';
import { InputError } from '../workload/input_error.ts';
import type { Progress } from './backend.ts';
import { findingsInThreads } from './driver_thread.ts';
import { loadDriver } from './load_driver.ts';

const folder = mkdtempSync(join(tmpdir(), 'gvh-thread-'));

afterAll(() => rmSync(folder, { recursive: true }));

const input = inputOf(
  attachedWorkload([
    ['other', PUNCH],
    ['app', DETACH],
  ]),
);

async function inThreads(names: readonly string[], attention = {}): Promise<ReturnType<typeof sideBySide>> {
  const tested = await Promise.all(names.map(loadDriver));
  const { signal, onProgress, drivers, ...conditions } = options({ drivers: tested, ...attention });
  const found = await findingsInThreads(input, names, conditions, { signal, onProgress });
  return sideBySide(input, found, { ...conditions, signal, onProgress, drivers });
}

describe('a thread for each driver', () => {
  test('finds what one thread finds for all', async () => {
    const names = ['gup', 'hmm_mirror'];
    const drivers = await Promise.all(names.map(loadDriver));
    const told: Progress[] = [];
    const found = await inThreads(names, { onProgress: (progress: Progress) => told.push(progress) });
    expect(found).toEqual(compare(input, options({ drivers })));
    expect(told.at(-1)).toMatchObject({ what: 'gup and hmm_mirror', total: 2 * input.workload.ops.length });
  });

  test('that fails in a driver of the user names its file', async () => {
    const file = join(folder, 'broken.mjs');
    writeFileSync(
      file,
      `export default (kit) => ({ ...kit.gup, name: 'broken', attach: kit.path('broken attach', [], ({ act, ret }) => [
      act('fail', () => { throw new Error('not today'); }), ret() ]) });`,
    );
    const failing = inThreads(['hmm_mirror', file]);
    await expect(failing).rejects.toBeInstanceOf(InputError);
    await expect(failing).rejects.toThrow(
      new RegExp(`^${file}: the driver failed in the step .*: not today$`),
    );
  });

  test('is not begun once the user has stopped', async () => {
    const { complete, drivers } = await inThreads(['gup', 'hmm_mirror'], { signal: { aborted: true } });
    expect([complete, drivers]).toEqual([false, {}]);
  });
});

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { DEFAULT_DEVICE_PLAN } from '../device_plan.ts';
import { InputError } from '../input_error.ts';
import { importStrace } from './import.ts';

const LOG = fileURLToPath(new URL('../catalogue/logs/t_mmap_collision.strace.gz', import.meta.url));

test('a log becomes a workload that says where it comes from, with progress on the way', async () => {
  const progress: number[] = [];
  const { workload } = await importStrace(LOG, { onProgress: (lines) => void progress.push(lines) });
  expect(workload).toMatchObject({
    name: 't_mmap_collision',
    title: 'strace log t_mmap_collision, 32956 lines',
    source: 'log',
    plan: DEFAULT_DEVICE_PLAN,
    regions: [],
    expect: [],
    expectEnd: [],
  });
  expect(workload.files.map((file) => file.name.split('/').at(-1))).toEqual(['f1', 'f2']);
  expect(progress).toEqual([10_000, 20_000, 30_000]);
});

test('a file that is no log is an input error', async () => {
  const self = fileURLToPath(import.meta.url);
  await expect(importStrace(self)).rejects.toThrow(InputError);
  await expect(importStrace(`${self}.missing`)).rejects.toThrow('no such file');
});

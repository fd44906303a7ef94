import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { DEFAULT_DEVICE_PLAN } from '../device_plan.ts';
import { InputError } from '../input_error.ts';
import { countLog, importLog } from './import.ts';
import type { ReadProgress } from './import.ts';

const LOG = fileURLToPath(new URL('../catalogue/logs/t_mmap_collision.strace.gz', import.meta.url));

const PERF_LOG = fileURLToPath(new URL('../perf_trace/fixtures/xfs_io.perftrace.gz', import.meta.url));

test('a log becomes a workload that says where it comes from, with progress on the way', async () => {
  const progress: ReadProgress[] = [];
  const { workload } = await importLog(LOG, { onProgress: (each) => void progress.push(each) });
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
  const { size } = statSync(LOG);
  expect(progress.at(-1)).toEqual({ lines: 32_956, bytes: size, bytesTotal: size });
  expect(progress.length).toBeGreaterThan(10);
});

test('counting alone gives the same counts', async () => {
  const { workload, ...imported } = await importLog(LOG);
  expect(workload.ops.length).toBeGreaterThan(0);
  expect(await countLog(LOG)).toEqual(imported);
});

test('the format is told from the lines, not from the name', async () => {
  const { workload } = await importLog(PERF_LOG);
  expect(workload.title).toBe('perf trace log xfs_io, 328 lines');
  const folder = mkdtempSync(join(tmpdir(), 'import-'));
  const other = join(folder, 'log.strace');
  writeFileSync(other, `\n\n${gunzipSync(readFileSync(PERF_LOG)).toString()}`);
  expect((await importLog(other)).workload.title).toBe('perf trace log log, 330 lines');
  rmSync(folder, { recursive: true });
});

test('reading stops when it is told to', async () => {
  const signal = { aborted: false };
  const stopped = importLog(LOG, { signal, onProgress: () => void (signal.aborted = true) });
  await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
});

test('a file that is no log is an input error', async () => {
  const self = fileURLToPath(import.meta.url);
  await expect(importLog(self)).rejects.toThrow(InputError);
  await expect(importLog(`${self}.missing`)).rejects.toThrow('no such file');
});

import { afterEach, expect, test, vi } from 'vitest';
import { start } from './start.ts';

const exitCode = process.exitCode;
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = exitCode;
});

test('in a directory that is gone there is one message, exit code 2, and nothing is loaded', async () => {
  vi.spyOn(process, 'cwd').mockImplementation(() => {
    throw Object.assign(new Error('ENOENT: no such file or directory, uv_cwd'), { code: 'ENOENT' });
  });
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  await start(import.meta.url, () => Promise.reject(new Error('nobody asked for it')));
  expect(process.exitCode).toBe(2);
  expect(written.mock.calls.map(([text]) => text)).toEqual([
    'gup-vs-hmm: the current directory is gone; change to one that exists\n',
  ]);
});

import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InputError } from '../input_error.ts';
import { loadScenario } from './scenario.ts';

const TEXT = 'title: t\nfiles: {f: {size: 2p}}\nprocesses: {p: {}}\nops: [{task: p, op: fsync, file: f}]\n';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scenario-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function errorOf(path: string): Promise<InputError> {
  const error: unknown = await loadScenario(path).catch((caught: unknown) => caught);
  if (error instanceof InputError) return error;
  throw new Error(`no InputError for ${path}`);
}

describe('a scenario from disk', () => {
  test('is parsed, and its bytes are digested', async () => {
    const path = join(folder, 'one.yaml');
    await writeFile(path, TEXT);
    const { workload, sha256 } = await loadScenario(path);
    expect(workload.name).toBe('one');
    expect(sha256).toBe(createHash('sha256').update(TEXT).digest('hex'));
  });

  test('a file that is missing, and a path through a file', async () => {
    expect(await errorOf(join(folder, 'none.yaml'))).toMatchObject({ problem: 'no such file' });
    await writeFile(join(folder, 'plain.yaml'), TEXT);
    const through = await errorOf(join(folder, 'plain.yaml', 'x.yaml'));
    expect(through).toMatchObject({
      problem: 'no such file',
      hint: 'a part of the path is a file, not a folder',
    });
  });

  test('a folder', async () => {
    expect(await errorOf(folder)).toMatchObject({ file: folder, problem: 'is a folder' });
  });

  test('an empty file', async () => {
    const path = join(folder, 'empty.yaml');
    await writeFile(path, '');
    expect(await errorOf(path)).toMatchObject({ file: path, problem: 'the file is empty' });
  });

  test('bytes that are not UTF-8', async () => {
    const path = join(folder, 'bytes.yaml');
    await writeFile(path, Uint8Array.of(0x74, 0xff, 0xfe));
    expect(await errorOf(path)).toMatchObject({ problem: 'the file is not UTF-8 text' });
  });

  test('problems inside it carry its path', async () => {
    const path = join(folder, 'wrong.yaml');
    await writeFile(path, TEXT.replace('fsync', 'fsnc'));
    expect((await errorOf(path)).message).toMatch(new RegExp(`wrong\\.yaml:4:21: ops\\[0\\]\\.op is 'fsnc'`));
  });
});

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { InputError } from '../input_error.ts';
import { LineSource, openProblem } from './lines.ts';
import type { LogLine } from './lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'lines-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let files = 0;
function file(content: string | Uint8Array): string {
  const path = join(folder, `log${files++}`);
  writeFileSync(path, content);
  return path;
}

async function read(path: string): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const batch of new LineSource(path).read()) lines.push(...batch);
  return lines;
}

async function problemOf(path: string): Promise<InputError> {
  const error = await read(path).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
}

const MANY = Array.from({ length: 30_000 }, (_, index) => `line number ${index + 1} with some text`);

describe('reading', () => {
  test('gives every line with its number, whether or not the last one ends', async () => {
    const expected = [
      { text: 'a', line: 1, damaged: false },
      { text: '', line: 2, damaged: false },
      { text: 'b', line: 3, damaged: false },
    ];
    expect(await read(file('a\n\nb\n'))).toEqual(expected);
    expect(await read(file('a\n\nb'))).toEqual(expected);
    expect(await read(file('a\r\n\r\nb'))).toEqual(expected);
  });

  test('gives the same lines across chunks, plain and gzip, whatever the name', async () => {
    const text = MANY.join('\n');
    const plain = await read(file(text));
    expect(plain.map((line) => line.text)).toEqual(MANY);
    expect(plain.at(-1)?.line).toBe(MANY.length);
    expect(await read(file(gzipSync(text)))).toEqual(plain);
  });

  test('digests the unpacked bytes', async () => {
    const text = 'a\nb\n';
    const source = new LineSource(file(gzipSync(text)));
    for await (const batch of source.read()) expect(batch.some((line) => line.damaged)).toBe(false);
    expect(source.lines).toBe(2);
    expect(source.sha256()).toBe(createHash('sha256').update(text).digest('hex'));
  });

  test('gzip files of several members are read to the end', async () => {
    const lines = await read(file(Buffer.concat([gzipSync('a\n'), gzipSync('b\n')])));
    expect(lines.map((line) => line.text)).toEqual(['a', 'b']);
  });

  test('damage far into a log costs one line', async () => {
    const good = MANY.slice(0, 400).join('\n');
    const lines = await read(
      file(Buffer.concat([Buffer.from(`${good}\n`), Buffer.from([97, 0, 255, 10, 98, 10])])),
    );
    expect(lines[400]).toMatchObject({ line: 401, damaged: true });
    expect(lines[401]).toEqual({ text: 'b', line: 402, damaged: false });
  });
});

describe('files that cannot be read', () => {
  test('missing', async () => {
    const path = join(folder, 'nowhere');
    expect((await problemOf(path)).message).toBe(`${path}: no such file; check the path`);
    expect((await problemOf(join(file('a'), 'below'))).problem).toBe('no such file');
  });

  test('a directory', async () => {
    expect((await problemOf(folder)).problem).toBe('is a directory');
  });

  test('no permission', () => {
    expect(openProblem(Object.assign(new Error('x'), { code: 'EACCES' })).problem).toBe(
      'no permission to read it',
    );
    expect(openProblem(Object.assign(new Error('x'), { code: 'EIO' })).problem).toBe('cannot be read (EIO)');
  });

  test('empty, plain and gzip', async () => {
    expect((await problemOf(file(''))).problem).toBe('the file is empty');
    expect((await problemOf(file(gzipSync('')))).problem).toBe('the file is empty');
  });

  test('gzip that is cut off or damaged', async () => {
    const packed = gzipSync(MANY.join('\n'));
    const cut = await problemOf(file(packed.subarray(0, packed.length - 2000)));
    expect(cut.problem).toBe('the gzip file is truncated');
    expect((await problemOf(file(packed.subarray(0, 5)))).problem).toBe('the gzip file is truncated');
    const damaged = Buffer.from(packed);
    damaged.fill(0x55, 100, 200);
    expect((await problemOf(file(damaged))).problem).toBe('the gzip file is damaged');
  });

  test('binary files, with the line', async () => {
    expect(await problemOf(file(Buffer.from([97, 10, 98, 0, 10])))).toMatchObject({
      line: 2,
      problem: 'NUL bytes',
    });
    expect(await problemOf(file(Buffer.from([0xff, 0xfe, 10])))).toMatchObject({
      line: 1,
      problem: 'invalid UTF-8',
    });
  });

  test('other packers, by name', async () => {
    const zstd = await problemOf(file(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0])));
    expect(zstd.message).toContain('is packed with zstd; unpack it first');
  });
});

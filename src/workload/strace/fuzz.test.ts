import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { InputError } from '../input_error.ts';
import { fuzzImport } from './fixtures/fuzz_import.ts';
import { importText } from './fixtures/import_text.ts';
import { judgeImport } from './fixtures/judge_import.ts';
import type { ImportedLines } from './importer.ts';
import { scanLine } from './scanner.ts';

function linesOf(name: string): string[] {
  const packed = readFileSync(new URL(name, import.meta.url));
  return gunzipSync(packed).toString('utf8').trimEnd().split('\n');
}

/** The lines that matter of a real log: those that name data files, and the births and ends of processes. */
const LINES = linesOf('../catalogue/logs/xfs_io-mapped.strace.gz').filter((line) =>
  /\/mnt\/data\/xfs\/xfs_io-mapped\/|clone|exec|resumed|\+\+\+|--- |munmap|msync|mremap/.test(line),
);
const STRAY = [
  '(',
  ')',
  ',',
  '"',
  '<',
  '>',
  '\\',
  '{',
  ']',
  '= ',
  '-',
  '9',
  '0x',
  '/*',
  ' <unfinished ...>',
  '?',
  '\u00e9',
];

const mutation = fc.record({
  line: fc.nat(LINES.length - 1),
  kind: fc.constantFrom('delete', 'insert', 'cut', 'repeat', 'swap', 'drop', 'digits'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  stray: fc.constantFrom(...STRAY),
  other: fc.nat(LINES.length - 1),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutateLine(line: string, { kind, at, stray }: Mutation): string {
  const index = Math.floor(at * line.length);
  if (kind === 'delete') return line.slice(0, index) + line.slice(index + 1);
  if (kind === 'insert') return line.slice(0, index) + stray + line.slice(index);
  if (kind === 'cut') return line.slice(0, index);
  const digits = line.slice(index).search(/\d/);
  return digits < 0 ? line : `${line.slice(0, index + digits)}99999999${line.slice(index + digits)}`;
}

function mutated(mutations: readonly Mutation[]): string[] {
  const lines = [...LINES];
  for (const change of mutations) {
    const line = lines[change.line] ?? '';
    if (change.kind === 'swap') {
      lines[change.line] = lines[change.other] ?? '';
      lines[change.other] = line;
    } else if (change.kind === 'repeat') lines[change.line] = `${line}\n${line}`;
    else if (change.kind === 'drop') lines[change.line] = '';
    else lines[change.line] = mutateLine(line, change);
  }
  return lines.join('\n').split('\n');
}

/** What is wrong with a workload: numbers that are no whole numbers or not exact, indices that lead nowhere. */
function flaws({ workload }: ImportedLines): string[] {
  const found: string[] = [];
  for (const { task, op } of workload.ops) {
    if (workload.tasks[task] === undefined) found.push(`task ${task}`);
    if ('file' in op && workload.files[op.file] === undefined) found.push(`file ${op.file}`);
    JSON.stringify(op, (name, value: unknown) => {
      const wrong = typeof value === 'number' && !(Number.isSafeInteger(value) && value >= 0);
      if (wrong) found.push(`${op.kind} ${name} ${value}`);
      return value;
    });
  }
  return found;
}

describe('mutated logs', () => {
  test('change what is imported, and break nothing', () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 20 }), (mutations) => {
        const log = importText(mutated(mutations).join('\n'));
        expect(flaws(log)).toEqual([]);
        expect(log.rejected.every(({ line, why }) => line > 0 && why !== '')).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('give the same result every time', () => {
    fc.assert(
      fc.property(fc.array(mutation, { maxLength: 5 }), (mutations) => {
        const text = mutated(mutations).join('\n');
        expect(importText(text)).toEqual(importText(text));
      }),
      { numRuns: 10 },
    );
  });
});

test('any text at all is scanned, or refused with a reason', () => {
  const piece = fc.oneof(
    fc.constantFrom(...STRAY, ...LINES.slice(0, 40)),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const scanned = scanLine(pieces.join(''));
      expect(['call', 'unfinished', 'resumed', 'signal', 'exit', 'note', 'rejected']).toContain(scanned.kind);
      try {
        expect(flaws(importText(pieces.join('').replaceAll('\n', ' ')))).toEqual([]);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    }),
    { numRuns: 1000 },
  );
});

describe('files of mutated lines', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test('are imported or refused, and every line that cannot be used is listed', async () => {
    const { files, imported, refused, rejected, operations } = await fuzzImport(80, 7);
    expect(files).toBe(80);
    for (const count of [imported, refused, rejected, operations]) expect(count).toBeGreaterThan(10);
  });

  test.each([
    ['comments that never end', (size: number) => `1 fallocate(3, ${'/*'.repeat(size / 2)}, 0, 1) = 0`],
    ['notes that never end', (size: number) => `1 close(3${'<a'.repeat(size / 2)}) = 0`],
    ['brackets that never end', (size: number) => `1 close(3${'[('.repeat(size / 2)}) = 0`],
    ['a path of all escapes', (size: number) => `1 unlink("${'\\303'.repeat(size / 4)}") = 0`],
    ['a number of all digits', (size: number) => `1 ftruncate(3</mnt/data/a>, ${'9'.repeat(size)}) = 0`],
    ['names behind names', (size: number) => `1.0 ( 0.0 ms): a/1 fsync(${'a: 1, '.repeat(size / 6)}) = 0`],
    ['descriptors that never end', (size: number) => `1.0 ( 0.0 ms): a/1 fsync(fd: 3<${'>'.repeat(size)}`],
  ])('a line of a megabyte does not hang: %s', async (_what, make) => {
    const path = join(folder, 'long');
    writeFileSync(path, `1 close(3) = 0\n${make(1 << 20)}\n`);
    const start = performance.now();
    await judgeImport(path);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

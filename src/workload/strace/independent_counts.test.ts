import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CATALOGUE } from '../catalogue/index.ts';
import { countLog } from './import.ts';
import { statsDocument } from './stats.ts';

/** Counts of programs that share no line with this one. */
interface IndependentCounts {
  readonly calls: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly syscalls: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  readonly signals: Readonly<Record<string, number>>;
  readonly mmap_flag_words: Readonly<Record<string, number>>;
  readonly unparsed: number;
  /** As text, since it is beyond 2^53; absent where it was not counted. */
  readonly max_offset?: string;
  readonly sha256?: string;
  /** The keys of `counts` that were counted, where it was not all of them. */
  readonly counted?: readonly string[];
}

/** A count in which the two programs differ, with the lines of the log that cause it. */
interface Difference {
  readonly log: string;
  readonly key: string;
  readonly independent: number;
  readonly imported: number;
  readonly lines: readonly (readonly [number, string])[];
  readonly why: string;
}

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'));
}

const COUNTS = fixture('independent_counts') as Readonly<Record<string, IndependentCounts>>;
const DIFFERENCES = fixture('count_differences') as readonly Difference[];

/** `perf_trace/x` and `variants/x` are fixtures, all others are in the catalogue. */
function logPath(name: string): string {
  const [folder, base] = name.split('/');
  const relative =
    folder === 'variants'
      ? `./fixtures/${base ?? ''}.strace.gz`
      : folder === 'perf_trace'
        ? `../perf_trace/fixtures/${base ?? ''}.perftrace.gz`
        : `../catalogue/logs/${name}.strace.gz`;
  return fileURLToPath(new URL(relative, import.meta.url));
}

/** `key: independent count, imported count` for each key that differs; absent keys are 0. */
function differences(
  independent: Readonly<Record<string, number>>,
  imported: Readonly<Record<string, number>>,
  keys: readonly string[] = [...Object.keys(independent), ...Object.keys(imported)],
): [string, number, number][] {
  return [...new Set(keys)].flatMap((key): [string, number, number][] => {
    const [theirs, ours] = [independent[key] ?? 0, imported[key] ?? 0];
    return theirs === ours ? [] : [[key, theirs, ours]];
  });
}

test('there are counts for every log of the catalogue', () => {
  const logs = CATALOGUE.filter(({ kind }) => kind === 'log').map(({ name }) => name);
  const counted = Object.keys(COUNTS).filter((name) => !name.includes('/'));
  expect(counted.toSorted()).toEqual(logs.toSorted());
});

describe.each(Object.entries(COUNTS))('%s', (name, expected) => {
  test('gives the counts of an independent parser, but for the differences that are known', async () => {
    const log = await countLog(logPath(name));
    const { counts, syscalls, errors, signals, mmap_flag_words, calls, unparsed } = statsDocument(log.stats);
    const known = DIFFERENCES.filter((each) => each.log === name);
    expect(differences(expected.counts, counts, expected.counted)).toEqual(
      known.map(({ key, independent, imported }) => [key, independent, imported]),
    );
    const { calls: theirCalls, unparsed: theirUnparsed } = expected;
    expect({ syscalls, errors, signals, mmap_flag_words, calls, unparsed }).toEqual({
      syscalls: expected.syscalls,
      errors: expected.errors,
      signals: expected.signals,
      mmap_flag_words: expected.mmap_flag_words,
      calls: theirCalls,
      unparsed: theirUnparsed,
    });
    expect(log.lines).toBe(expected.counts['lines']);
    expect(log.rejected).toEqual([]);
    if (expected.sha256 !== undefined) expect(log.sha256).toBe(expected.sha256);
    if (expected.max_offset !== undefined) expect(String(log.stats.maxOffset)).toBe(expected.max_offset);
  });
});

test.each(DIFFERENCES)(
  'the difference in $log $key is caused by lines that are there',
  ({ log, lines, why }) => {
    const text = gunzipSync(readFileSync(logPath(log)))
      .toString('utf8')
      .split('\n');
    for (const [line, expected] of lines) expect(text[line - 1]).toBe(expected);
    expect(why.length).toBeGreaterThan(50);
  },
);

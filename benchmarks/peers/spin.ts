/**
 * Spin on the protocol: `spin -a` makes a program of looping_protocol.pml, gcc -O2 compiles it, and it is run and what it prints is read.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProtocolSize } from './looping_protocol.ts';

const MODEL = fileURLToPath(new URL('looping_protocol.pml', import.meta.url));

/** Steps of a run that pan makes room for; it says when they are too few. */
const DEPTH_MAX = 200_000;
/** Megabytes; pan's own limit is lower than what the last rung takes. */
const MEMORY_MAX_MB = 16_384;

/** What each program is needed for, and in which package Debian has it. */
const PROGRAMS = [
  { name: 'spin', version: '-V' },
  { name: 'gcc', version: '--version' },
  // Spin's preprocessor for the sizes, and what gcc needs for any program at all.
  { name: 'cpp', version: '--version' },
] as const;

/** What is missing, and what to do about it; null when nothing is. */
export function spinMissing(): string | null {
  const missing = PROGRAMS.filter(({ name, version }) => spawnSync(name, [version]).status !== 0).map(
    ({ name }) => name,
  );
  if (missing.length === 0) return null;
  return (
    `${missing.join(' and ')} cannot be run, so nothing is compared with Spin. ` +
    `On Debian: apt-get install ${missing.includes('spin') ? 'spin gcc libc6-dev' : 'gcc libc6-dev'}`
  );
}

/** First lines of what the programs say of themselves. */
export function spinVersions(): string {
  return PROGRAMS.slice(0, 2)
    .map(({ name, version }) => {
      const [line] = execFileSync(name, [version], { encoding: 'utf8' }).split('\n');
      return line ?? '';
    })
    .join('; ');
}

export interface SpinOptions {
  /** Pan's own partial-order reduction for safety, as it is without -DNOREDUCE. */
  readonly reduction: boolean;
  /** States that are expected: the hash table gets as many places, in a power of two. */
  readonly states: number;
  readonly fault?: boolean;
}

export interface SpinCost {
  readonly states: number;
  /** Without pan's own first one, which leads to the first state. */
  readonly transitions: number;
  readonly depth: number;
  /** Of the search alone, as pan says; in hundredths. */
  readonly seconds: number;
  /** From the model to the verdict: spin, gcc and pan. */
  readonly whole_seconds: number;
  /** What pan says it has taken in all. */
  readonly memory_bytes: number;
  /** Step at which an assertion failed, null when none did. */
  readonly counterexample: number | null;
}

/** Verifies the protocol of this size. Throws when a program fails, or when pan did not look at everything. */
export function verifyWithSpin(size: ProtocolSize, options: SpinOptions): SpinCost {
  const folder = mkdtempSync(join(tmpdir(), 'peers-spin-'));
  const run = (program: string, args: readonly string[]): string =>
    execFileSync(program, args, { cwd: folder, encoding: 'utf8' });
  try {
    const start = performance.now();
    run('spin', [...defines(size, options), '-a', MODEL]);
    run('gcc', ['-O2', '-DSAFETY', `-DMEMLIM=${MEMORY_MAX_MB}`, ...reduction(options), '-o', 'pan', 'pan.c']);
    const log = run(join(folder, 'pan'), panArgs(options));
    return { ...readPanLog(log), whole_seconds: (performance.now() - start) / 1000 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function defines(size: ProtocolSize, { fault }: SpinOptions): string[] {
  const { pages, mirrors, shortPins, longPins, truncates } = size;
  const numbers = [`PAGES=${pages}`, `MIRRORS=${mirrors}`, `SHORT_PINS=${shortPins}`];
  const all = [...numbers, `LONG_PINS=${longPins}`, `TRUNCATES=${truncates}`];
  return (fault === true ? [...all, 'NO_RETRY'] : all).map((define) => `-D${define}`);
}

const reduction = (options: SpinOptions): string[] => (options.reduction ? [] : ['-DNOREDUCE']);

/** -E: a state in which all wait is no error here, either (a long pin never lets go). -n: no list of what was not reached. */
function panArgs({ states }: SpinOptions): string[] {
  const places = Math.max(20, Math.ceil(Math.log2(states)));
  return ['-E', '-n', `-m${DEPTH_MAX}`, `-w${places}`];
}

/** What pan has printed. Throws when it says that it did not see all, or says something else than this reads. */
export function readPanLog(log: string): Omit<SpinCost, 'whole_seconds'> {
  const number = (pattern: RegExp): number => {
    const found = pattern.exec(log)?.[1];
    if (found === undefined) throw new Error(`pan printed no ${pattern.source}:\n${log}`);
    return Number(found);
  };
  if (/max search depth too small|out of memory/i.test(log)) throw new Error(`pan did not see all:\n${log}`);
  const failed = number(/errors: (\d+)/) > 0;
  return {
    states: number(/(\d+) states, stored/),
    transitions: number(/(\d+) transitions/) - 1,
    depth: number(/depth reached (\d+)/),
    seconds: number(/elapsed time ([\d.e+-]+) seconds/),
    memory_bytes: number(/([\d.]+)\s+total actual memory usage/) * 2 ** 20,
    counterexample: failed ? number(/at depth (\d+)/) : null,
  };
}

/** Arguments of commands that run one workload, checked against what there is, for the backend. */
import type { Hold } from '../workload/device_plan.ts';
import type { Backend, InputOptions, LoadedInput, RunConditions } from './backend.ts';
import { problemLines, message } from './failure.ts';
import { costTableOf, requireKnown } from './known_names.ts';
import type { WorkloadOptions } from './options.ts';

export interface WorkloadArgs {
  readonly input: string;
  readonly memory: string;
  readonly kernel: string;
  readonly seed: number;
  readonly cost: string;
  readonly hold?: Hold;
  readonly data?: string;
}

/** The arguments that an input and its options come to. */
export function workloadArgs(input: string, options: WorkloadOptions): WorkloadArgs {
  const { memory, kernel, seed, cost, hold, data } = options;
  return {
    input,
    memory,
    kernel,
    seed,
    cost,
    ...(hold === undefined ? {} : { hold }),
    ...(data === undefined ? {} : { data }),
  };
}

/** Throws UsageError for a name that does not exist. */
export function runConditions(backend: Backend, args: WorkloadArgs): RunConditions {
  requireKnown(backend, '--memory', 'memory', args.memory);
  requireKnown(backend, '--kernel', 'kernels', args.kernel);
  const { memory, kernel, seed, hold } = args;
  return { memory, kernel, seed, costTable: costTableOf(args.cost), ...(hold === undefined ? {} : { hold }) };
}

export function inputOptions(args: { readonly data?: string }): InputOptions {
  return args.data === undefined ? {} : { dataPrefix: args.data };
}

/** Options of a workload, every one spelled out, for a command line that asks for the same again. */
export function spelledOut(args: WorkloadArgs): string[] {
  const words = [
    args.input,
    '--memory',
    args.memory,
    '--kernel',
    args.kernel,
    '--cost',
    args.cost,
    '--seed',
    String(args.seed),
  ];
  if (args.hold !== undefined) words.push('--hold', args.hold);
  if (args.data !== undefined) words.push('--data', args.data);
  return words;
}

/** The words as one line for a POSIX shell. */
export function shellLine(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}

/** Parts of an input that are reported one by one before the rest is counted. */
const REPORTED = 5;

/** What of the input was left out. */
export function rejectedLines(input: Pick<LoadedInput, 'rejected'>): string[] {
  const lines = input.rejected.slice(0, REPORTED).flatMap(problemLines);
  const more = input.rejected.length - REPORTED;
  return more > 0 ? [...lines, message(`and ${more} more parts of the input were left out`)] : lines;
}

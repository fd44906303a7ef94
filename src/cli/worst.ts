/** `worst`: the worst that an operation was seen to suffer from a driver, from what else goes on, and from where it is needed. */
import { Argument, type Command } from 'commander';
import { QUESTION_TABLES } from '../check/worst/workloads.ts';
import type { WorstOptions, WorstResult } from './backend.ts';
import type { CommandContext } from './context.ts';
import { DEFAULTS } from './defaults.ts';
import { EXIT, type ExitCode } from './exit_code.ts';
import { plainJson, renderAs, type OutputArgs } from './format.ts';
import { requireDriver, requireKnown } from './known_names.ts';
import {
  addHelp,
  addOutputOptions,
  outputArgs,
  parseNames,
  parseRuns,
  parseSeed,
  type OutputOptions,
} from './options.ts';
import type { Outcome } from './outcome.ts';
import { worstDocument } from './worst_document.ts';

interface Conditions {
  readonly memory: readonly string[];
  readonly kernel: string;
  readonly drivers: readonly string[];
  readonly runs: number;
  readonly seed: number;
  readonly mutant?: string;
}

export interface WorstArgs extends Conditions, OutputArgs {
  readonly command: 'worst';
  /** Empty: all of them. */
  readonly tables: readonly string[];
}

interface Options extends Conditions, OutputOptions {}

/** Enough to see what grows and what does not. */
const RUNS = 60;
/** Without a device, with a pin, and with two kinds of mirror. */
const DRIVERS = ['none', 'gup', 'hmm_mirror', 'notifier'];
const MEMORY = ['ext4_dax', 'xfs_dax'];

export function addWorst(program: Command, found: (args: WorstArgs) => void): void {
  const names = QUESTION_TABLES.map(({ name }) => name);
  const command = program
    .command('worst')
    .description(
      'The worst that one operation was seen to suffer: from pins or invalidations that keep coming, from a slow device.',
    )
    .addArgument(new Argument('[table...]', 'tables; all of them when none is named').choices(names))
    .option('--memory <kinds>', 'what the files lie on (list memory)', parseNames, MEMORY)
    .option('--kernel <release>', 'kernel to model (list kernels)', DEFAULTS.kernel)
    .option('--drivers <names>', 'drivers (list drivers), or files of your own', parseNames, DRIVERS)
    .option('--runs <n>', 'runs for each row', parseRuns, RUNS)
    .option('--seed <n>', 'seed of every choice that is left open', parseSeed, DEFAULTS.seed)
    .option('--mutant <name>', 'plant a fault first (list mutants), in its own driver only');
  addHelp(addOutputOptions(command), [
    'worst --runs 200',
    'worst bystanders --drivers hmm_mirror --mutant callback_waits_on_user_fence',
  ]);
  command.action((tables: string[], options: Options) => {
    const { memory, kernel, drivers, runs, seed, mutant } = options;
    const chosen = mutant === undefined ? {} : { mutant };
    found({
      command: 'worst',
      tables,
      memory,
      kernel,
      drivers,
      runs,
      seed,
      ...chosen,
      ...outputArgs(options),
    });
  });
}

/** Throws UsageError, InputError, or what the simulator throws. */
export async function runWorst(args: WorstArgs, context: CommandContext): Promise<Outcome> {
  const backend = await context.loadBackend();
  for (const name of args.memory) requireKnown(backend, '--memory', 'memory', name);
  requireKnown(backend, '--kernel', 'kernels', args.kernel);
  for (const name of args.drivers) requireDriver(backend, '--drivers', name);
  if (args.mutant !== undefined) requireKnown(backend, '--mutant', 'mutants', args.mutant);
  const result = await backend.worst(worstOptions(args, context));
  return {
    exit: worstExit(result, context.signal.aborted),
    result: renderAs(
      args.format,
      () => plainJson(result),
      () => worstDocument(result),
      context.style,
    ),
    ...(args.output === undefined ? {} : { output: args.output }),
    messages: [],
  };
}

function worstOptions(args: WorstArgs, { signal, onProgress }: CommandContext): WorstOptions {
  const { tables, memory, kernel, drivers, runs, seed, mutant } = args;
  const chosen = mutant === undefined ? {} : { mutant };
  return { tables, memory, kernel, drivers, runs, seed, ...chosen, signal, onProgress };
}

function worstExit({ complete }: WorstResult, aborted: boolean): ExitCode {
  if (complete) return EXIT.expected;
  return aborted ? EXIT.interrupted : EXIT.undecided;
}

/** `compare`: one workload under several drivers, as matched pairs, and the report of it. */
import { Option, type Command } from 'commander';
import { defaultOnBlock, type OnBlock } from '../compare/on_block.ts';
import type { ComparisonResult } from '../compare/result.ts';
import { comparisonDocument, resultJson } from '../report/index.ts';
import type { StopSignal } from './backend.ts';
import type { CommandContext } from './context.ts';
import { DEFAULTS } from './defaults.ts';
import { EXIT, type ExitCode } from './exit_code.ts';
import { message } from './failure.ts';
import { renderAs, type OutputArgs } from './format.ts';
import { requireDriver } from './known_names.ts';
import {
  addHelp,
  addOutputOptions,
  addWorkloadOptions,
  outputArgs,
  parseNames,
  type OutputOptions,
  type WorkloadOptions,
} from './options.ts';
import type { Outcome } from './outcome.ts';
import { UsageError } from './usage_error.ts';
import {
  inputOptions,
  rejectedLines,
  runConditions,
  shellLine,
  spelledOut,
  workloadArgs,
  type WorkloadArgs,
} from './workload_args.ts';

const ON_BLOCK = ['release', 'stay'] as const satisfies readonly OnBlock[];

export interface CompareArgs extends WorkloadArgs, OutputArgs {
  readonly command: 'compare';
  readonly drivers: readonly string[];
  /** Absent: as the kind of input asks for. */
  readonly onBlock?: OnBlock;
}

interface Options extends WorkloadOptions, OutputOptions {
  readonly drivers: readonly string[];
  readonly onBlock?: OnBlock;
}

export function addCompare(program: Command, found: (args: CompareArgs) => void): void {
  const command = program
    .command('compare')
    .description(
      'Run the same workload under several drivers: who waited for whom, for how long, at what cost.',
    )
    .argument(
      '<input>',
      'catalogue name (list scenarios), scenario (.yaml, .json) or log of strace or perf trace (plain or gzip)',
    );
  addWorkloadOptions(command)
    .option('--drivers <names>', 'drivers to compare (list drivers), or files of your own', parseNames, [
      ...DEFAULTS.drivers,
    ])
    .addOption(
      new Option(
        '--on-block <what>',
        'make the driver let go of what blocks a call, or leave the call asleep (default: release for a log, stay for a scenario)',
      ).choices(ON_BLOCK),
    );
  addHelp(addOutputOptions(command), [
    'compare t_mmap_collision --memory xfs_dax --format markdown -o report.md',
    'compare app.strace.gz --data /srv/db --drivers gup,hmm_mirror,notifier --json',
  ]);
  command.action((input: string, options: Options) => {
    const { drivers } = options;
    const onBlock = options.onBlock === undefined ? {} : { onBlock: options.onBlock };
    found({
      command: 'compare',
      ...workloadArgs(input, options),
      ...outputArgs(options),
      drivers,
      ...onBlock,
    });
  });
}

/** Throws UsageError, InputError, or what the simulator throws. */
export async function runCompare(args: CompareArgs, context: CommandContext): Promise<Outcome> {
  const backend = await context.loadBackend();
  if (args.drivers.length === 0) throw new UsageError('--drivers: at least one driver is needed');
  for (const driver of args.drivers) requireDriver(backend, '--drivers', driver);
  const conditions = runConditions(backend, args);
  const input = await backend.loadInput(args.input, inputOptions(args), context);
  const { signal, onProgress } = context;
  const { drivers } = args;
  const onBlock = args.onBlock ?? defaultOnBlock(input.workload);
  const result = await backend.compare(input, {
    ...conditions,
    drivers,
    onBlock,
    reproduce: reproduceLine({ ...args, onBlock }),
    signal,
    onProgress,
  });
  const messages = rejectedLines(input);
  if (!result.complete)
    messages.push(message('the comparison was stopped before its end: the result says "complete": false'));
  return {
    exit: comparisonExit(result, signal),
    result: renderAs(
      args.format,
      () => resultJson(result),
      () => comparisonDocument(result),
      context.style,
    ),
    ...(args.output === undefined ? {} : { output: args.output }),
    messages,
  };
}

/** The command that asks for this comparison, every option spelled out. */
function reproduceLine(args: CompareArgs & { readonly onBlock: OnBlock }): string {
  return shellLine([
    'gup-vs-hmm',
    'compare',
    ...spelledOut(args),
    '--drivers',
    args.drivers.join(','),
    '--on-block',
    args.onBlock,
  ]);
}

function comparisonExit(result: ComparisonResult, signal: StopSignal): ExitCode {
  if (!result.complete && signal.aborted) return EXIT.interrupted;
  if (result.unmet.length > 0 || result.verdicts.some((verdict) => !verdict.as_expected))
    return EXIT.unexpected;
  return result.complete ? EXIT.expected : EXIT.undecided;
}

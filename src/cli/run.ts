/** `run`: one workload under one driver and one schedule, operation by operation. */
import type { Command } from 'commander';
import type { TerminalStyle } from '../report/index.ts';
import type { Backend, RunResult } from './backend.ts';
import type { CommandContext } from './context.ts';
import { EXIT, type ExitCode } from './exit_code.ts';
import { plainJson, renderAs, type OutputArgs } from './format.ts';
import { costTableOf, requireDriver } from './known_names.ts';
import {
  addHelp,
  addOutputOptions,
  addWorkloadOptions,
  outputArgs,
  type OutputOptions,
  type WorkloadOptions,
} from './options.ts';
import type { Outcome } from './outcome.ts';
import { runDocument } from './run_document.ts';
import { isRunToken } from './token_text.ts';
import { UsageError } from './usage_error.ts';
import {
  inputOptions,
  rejectedLines,
  runConditions,
  workloadArgs,
  type WorkloadArgs,
} from './workload_args.ts';

export interface RunArgs extends WorkloadArgs, OutputArgs {
  readonly command: 'run';
  /** Absent: as the token says. */
  readonly driver?: string;
  readonly schedule?: string;
  /** Names of options that were given, of those that a token or scenario can say itself. */
  readonly beside?: readonly string[];
}

interface Options extends WorkloadOptions, OutputOptions {
  readonly driver?: string;
  readonly schedule?: string;
}

/** What a token says itself; `--driver` runs it under another one. */
const SAID_BY_TOKEN = ['memory', 'kernel', 'hold', 'schedule', 'data'] as const;

export function addRun(program: Command, found: (args: RunArgs) => void): void {
  const command = program
    .command('run')
    .description(
      'Run one workload under one driver and one schedule, and show what became of each operation.',
    )
    .argument(
      '<scenario>',
      'catalogue name, scenario (.yaml, .json), strace log, or the token of a run (gvr1~...) that check or worst printed',
    );
  addWorkloadOptions(command)
    .option(
      '--driver <name>',
      "driver (list drivers), or a file of your own; for a token another than the token's",
    )
    .option('--schedule <token>', 'schedule to replay (gvs1~...); absent: in the order of the workload');
  addHelp(addOutputOptions(command), ['run t_mmap_collision --driver gup', 'run gvr1~TOKEN --json']);
  command.action((input: string, options: Options) => {
    const { driver, schedule } = options;
    const chosen = {
      ...(driver === undefined ? {} : { driver }),
      ...(schedule === undefined ? {} : { schedule }),
    };
    const beside = SAID_BY_TOKEN.filter((name) => command.getOptionValueSource(name) === 'cli');
    found({ command: 'run', ...workloadArgs(input, options), ...outputArgs(options), ...chosen, beside });
  });
}

/** Throws UsageError, InputError, or what the simulator throws. */
export async function runRun(args: RunArgs, context: CommandContext): Promise<Outcome> {
  const backend = await context.loadBackend();
  if (args.driver !== undefined) requireDriver(backend, '--driver', args.driver);
  return isRunToken(args.input) ? tokenOutcome(args, context, backend) : inputOutcome(args, context, backend);
}

async function tokenOutcome(args: RunArgs, context: CommandContext, backend: Backend): Promise<Outcome> {
  const [extra] = args.beside ?? [];
  if (extra !== undefined)
    throw new UsageError(`--${extra}: the token says it already; only --driver can be another one`);
  const { signal, onProgress, style } = context;
  const result = await backend.runToken(args.input, {
    costTable: costTableOf(args.cost),
    seed: args.seed,
    ...(args.driver === undefined ? {} : { driver: args.driver }),
    ...{ signal, onProgress },
  });
  const unexpected = result.broken.some(({ expected }) => !expected);
  const exit = unexpected ? EXIT.unexpected : runExit(result, signal.aborted);
  return { ...rendered(args, result, style), exit, messages: [] };
}

async function inputOutcome(args: RunArgs, context: CommandContext, backend: Backend): Promise<Outcome> {
  const conditions = runConditions(backend, args);
  const input = await backend.loadInput(args.input, inputOptions(args), context);
  const said = input.workload.replay;
  const driver = args.driver ?? said?.driver;
  if (driver === undefined) throw new UsageError('--driver: a scenario or log needs one (list drivers)');
  const { signal, onProgress, style } = context;
  const schedule = args.schedule === undefined ? {} : { schedule: args.schedule };
  const chosen = {
    memory: chosenOf(args, 'memory') ?? said?.memory ?? conditions.memory,
    kernel: chosenOf(args, 'kernel') ?? said?.kernel ?? conditions.kernel,
  };
  const options = { ...conditions, ...chosen, driver, ...schedule, signal, onProgress };
  const result = await backend.run(input, options);
  const exit = runExit(result, signal.aborted);
  return { ...rendered(args, result, style), exit, messages: rejectedLines(input) };
}

/** The value of an option if it was given. */
function chosenOf(args: RunArgs, option: 'memory' | 'kernel'): string | undefined {
  return args.beside?.includes(option) === true ? args[option] : undefined;
}

function rendered(
  args: OutputArgs,
  result: RunResult,
  style: TerminalStyle,
): Pick<Outcome, 'result' | 'output'> {
  const text = renderAs(
    args.format,
    () => plainJson(result),
    () => runDocument(result),
    style,
  );
  return { result: text, ...(args.output === undefined ? {} : { output: args.output }) };
}

function runExit(result: RunResult, aborted: boolean): ExitCode {
  if (!result.complete) return aborted ? EXIT.interrupted : EXIT.undecided;
  return result.unmet.length > 0 ? EXIT.unexpected : EXIT.expected;
}

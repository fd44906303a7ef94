/** `run`: one workload under one driver and one schedule, operation by operation. */
import type { Command } from 'commander';
import type { RunResult } from './backend.ts';
import type { CommandContext } from './context.ts';
import { EXIT, type ExitCode } from './exit_code.ts';
import { plainJson, renderAs, type OutputArgs } from './format.ts';
import { requireDriver } from './known_names.ts';
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
import {
  inputOptions,
  rejectedLines,
  runConditions,
  workloadArgs,
  type WorkloadArgs,
} from './workload_args.ts';

export interface RunArgs extends WorkloadArgs, OutputArgs {
  readonly command: 'run';
  readonly driver: string;
  readonly schedule?: string;
}

interface Options extends WorkloadOptions, OutputOptions {
  readonly driver: string;
  readonly schedule?: string;
}

export function addRun(program: Command, found: (args: RunArgs) => void): void {
  const command = program
    .command('run')
    .description(
      'Run one workload under one driver and one schedule, and show what became of each operation.',
    )
    .argument('<scenario>', 'catalogue name, scenario (.yaml, .json) or strace log');
  addWorkloadOptions(command)
    .requiredOption('--driver <name>', 'driver (list drivers), or a file of your own')
    .option('--schedule <token>', 'schedule to replay (gvs1~...); absent: in the order of the workload');
  addHelp(addOutputOptions(command), [
    'run t_mmap_collision --driver gup',
    'run my.yaml --driver ./my_driver.ts --schedule TOKEN --json',
  ]);
  command.action((input: string, options: Options) => {
    const { driver, schedule } = options;
    const chosen = schedule === undefined ? {} : { schedule };
    found({ command: 'run', ...workloadArgs(input, options), ...outputArgs(options), driver, ...chosen });
  });
}

/** Throws UsageError, InputError, or what the simulator throws. */
export async function runRun(args: RunArgs, context: CommandContext): Promise<Outcome> {
  const backend = await context.loadBackend();
  requireDriver(backend, '--driver', args.driver);
  const conditions = runConditions(backend, args);
  const input = await backend.loadInput(args.input, inputOptions(args), context);
  const { signal, onProgress, style } = context;
  const schedule = args.schedule === undefined ? {} : { schedule: args.schedule };
  const result = await backend.run(input, {
    ...conditions,
    driver: args.driver,
    ...schedule,
    signal,
    onProgress,
  });
  return {
    exit: runExit(result, signal.aborted),
    result: renderAs(
      args.format,
      () => plainJson(result),
      () => runDocument(result),
      style,
    ),
    ...(args.output === undefined ? {} : { output: args.output }),
    messages: rejectedLines(input),
  };
}

function runExit(result: RunResult, aborted: boolean): ExitCode {
  if (!result.complete) return aborted ? EXIT.interrupted : EXIT.undecided;
  return result.unmet.length > 0 ? EXIT.unexpected : EXIT.expected;
}

/** `check`: properties under many random workloads and schedules. */
import type { Command } from 'commander';
import { STRATEGIES } from '../schedule/index.ts';
import type { CheckOptions, CheckResult } from './backend.ts';
import { checkDocument } from './check_document.ts';
import type { CommandContext } from './context.ts';
import { DEFAULTS } from './defaults.ts';
import { EXIT, type ExitCode } from './exit_code.ts';
import { plainJson, renderAs, type OutputArgs } from './format.ts';
import { requireDriver, requireKnown, requireName } from './known_names.ts';
import {
  addConditionOptions,
  addHelp,
  addOutputOptions,
  outputArgs,
  parseRuns,
  type ConditionOptions,
  type OutputOptions,
} from './options.ts';
import type { Outcome } from './outcome.ts';

export interface CheckArgs extends OutputArgs {
  readonly command: 'check';
  readonly properties: readonly string[];
  readonly memory: string;
  readonly kernel: string;
  readonly runs: number;
  readonly seed: number;
  readonly driver?: string;
  readonly mutant?: string;
  readonly strategy?: string;
}

interface Options extends ConditionOptions, OutputOptions {
  readonly runs: number;
  readonly driver?: string;
  readonly mutant?: string;
  readonly strategy?: string;
}

export function addCheck(program: Command, found: (args: CheckArgs) => void): void {
  const command = program
    .command('check')
    .description('Try to break properties with random workloads and schedules.')
    .argument('[property...]', 'properties (list properties); all of them when none is named');
  addConditionOptions(command)
    .option(
      '--driver <name>',
      'only this driver, or a file of your own (default: every driver the properties speak of)',
    )
    .option('--runs <n>', 'runs per property', parseRuns, DEFAULTS.runs)
    .option('--mutant <name>', 'plant a fault first (list mutants): a property should find it');
  command.option(
    '--strategy <name>',
    `how runs are scheduled: ${STRATEGIES.map(({ name }) => name).join(', ')} (default: a mixture)`,
  );
  addHelp(addOutputOptions(command), [
    'check --runs 10000 --seed 7',
    'check truncate_never_blocked --driver hmm_mirror --json',
  ]);
  command.action((properties: string[], options: Options) => {
    const { memory, kernel, runs, seed, driver, mutant, strategy } = options;
    const chosen = {
      ...(driver === undefined ? {} : { driver }),
      ...(mutant === undefined ? {} : { mutant }),
      ...(strategy === undefined ? {} : { strategy }),
    };
    found({ command: 'check', properties, memory, kernel, runs, seed, ...chosen, ...outputArgs(options) });
  });
}

/** Throws UsageError, InputError, or what the simulator throws. */
export async function runCheck(args: CheckArgs, context: CommandContext): Promise<Outcome> {
  const backend = await context.loadBackend();
  requireKnown(backend, '--memory', 'memory', args.memory);
  requireKnown(backend, '--kernel', 'kernels', args.kernel);
  for (const property of args.properties) requireKnown(backend, 'property', 'properties', property);
  if (args.driver !== undefined) requireDriver(backend, '--driver', args.driver);
  if (args.mutant !== undefined) requireKnown(backend, '--mutant', 'mutants', args.mutant);
  if (args.strategy !== undefined) {
    const names = STRATEGIES.map(({ name }) => name);
    requireName('--strategy', args.strategy, names);
  }
  const result = await backend.check(checkOptions(args, context));
  return {
    exit: checkExit(result, context.signal.aborted),
    result: renderAs(
      args.format,
      () => plainJson(result),
      () => checkDocument(result),
      context.style,
    ),
    ...(args.output === undefined ? {} : { output: args.output }),
    messages: [],
  };
}

function checkOptions(args: CheckArgs, { signal, onProgress }: CommandContext): CheckOptions {
  const { properties, memory, kernel, runs, seed, driver, mutant, strategy } = args;
  return {
    ...{ properties, memory, kernel, runs, seed, signal, onProgress },
    ...(driver === undefined ? {} : { driver }),
    ...(mutant === undefined ? {} : { mutant }),
    ...(strategy === undefined ? {} : { strategy }),
  };
}

/** A floor that was not reached means that too little was tried: no verdict, rather than a good one. */
function checkExit(result: CheckResult, aborted: boolean): ExitCode {
  if (!result.complete && aborted) return EXIT.interrupted;
  if (result.verdicts.some((verdict) => !verdict.as_expected)) return EXIT.unexpected;
  const undecided = !result.complete || result.floors.some(({ share, floor }) => share < floor);
  return undecided ? EXIT.undecided : EXIT.expected;
}

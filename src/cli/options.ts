/** Options that several subcommands share, and the parsing of their values. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { HOLDS, type Hold } from '../workload/device_plan.ts';
import { DEFAULTS } from './defaults.ts';
import { EXIT_CODES_HELP } from './exit_code.ts';
import { chosenFormat, FORMATS, type Format, type OutputArgs } from './format.ts';

/** Values of the options of {@link addOutputOptions}, as commander hands them over. */
export interface OutputOptions {
  readonly format?: Format;
  readonly json?: true;
  readonly output?: string;
}

/** `--format`, `--json` and `-o`. */
export function addOutputOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--format <format>', 'terminal, or what the name of FILE ends in')
        .choices(FORMATS)
        .conflicts('json'),
    )
    .option('--json', 'the same as --format json')
    .addOption(
      new Option(
        '-o, --output <file>',
        'write the result there; the file is replaced as a whole or not at all',
      ).argParser(parseFileName),
    );
}

export function outputArgs(options: OutputOptions): OutputArgs {
  const format = chosenFormat(options);
  return options.output === undefined ? { format } : { format, output: options.output };
}

/** Values of the options of {@link addConditionOptions}. */
export interface ConditionOptions {
  readonly memory: string;
  readonly kernel: string;
  readonly seed: number;
}

/** `--memory`, `--kernel` and `--seed`. */
export function addConditionOptions(command: Command): Command {
  return command
    .option('--memory <kind>', 'what the files lie on (list memory)', DEFAULTS.memory)
    .option('--kernel <release>', 'kernel to model (list kernels)', DEFAULTS.kernel)
    .option(
      '--seed <n>',
      'seed of every choice that is left open (a replay leaves none)',
      parseSeed,
      DEFAULTS.seed,
    );
}

/** Values of the options of {@link addWorkloadOptions}. */
export interface WorkloadOptions extends ConditionOptions {
  readonly hold?: Hold;
  readonly cost: string;
  readonly data?: string;
}

/** The options of {@link addConditionOptions}, and those of commands that run one workload. */
export function addWorkloadOptions(command: Command): Command {
  return addConditionOptions(command)
    .addOption(
      new Option(
        '--hold <until>',
        "how long a driver keeps what it holds (default: the workload's own)",
      ).choices(HOLDS),
    )
    .option('--cost <table>', 'cost table (list cost-tables)', DEFAULTS.cost)
    .option('--data <prefix>', "for a log: files below this path are the program's data");
}

/** Empty is a variable of a script that was not set. */
function parseFileName(value: string): string {
  if (value === '') throw new InvalidArgumentError('The name of a file is expected.');
  return value;
}

/** `a,b`: names without empty or repeated ones. */
export function parseNames(value: string): string[] {
  const names = value.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('Names are separated by single commas.');
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new InvalidArgumentError(`'${repeated}' stands there twice.`);
  return names;
}

/** The generators take 32 bits. */
const SEED_MAX = 2 ** 32 - 1;

/** A seed: an integer from 0 to 2^32 - 1. */
export function parseSeed(value: string): number {
  return parseInteger(value, 0, SEED_MAX);
}

/** A number of runs: an integer from 1 to 2^53 - 1. */
export function parseRuns(value: string): number {
  return parseInteger(value, 1);
}

function parseInteger(value: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number) || number < least || number > most) {
    throw new InvalidArgumentError(`An integer from ${least} to ${most} is expected.`);
  }
  return number;
}

/** Two examples before everything else in the help text, exit codes after it. */
export function addHelp(command: Command, examples: readonly [string, string]): Command {
  const lines = examples.map((example) => `  gup-vs-hmm ${example}`);
  return command
    .addHelpText('before', `Examples:\n${lines.join('\n')}\n`)
    .addHelpText('after', EXIT_CODES_HELP);
}

/** `explain`: how a failure came about, step by step, made as short as it can be. */
import { Option, type Command } from 'commander';
import { EXPLAIN_FORMATS, type ExplainFormat } from './backend.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit_code.ts';
import { message } from './failure.ts';
import { requireDriver, requireKnown } from './known_names.ts';
import { addHelp, parseRuns } from './options.ts';
import type { Outcome } from './outcome.ts';

export interface ExplainArgs {
  readonly command: 'explain';
  readonly input: string;
  readonly format: ExplainFormat;
  readonly runs: number;
  readonly property?: string;
  readonly driver?: string;
  readonly output?: string;
}

interface Options {
  readonly format?: ExplainFormat;
  readonly json?: true;
  readonly runs: number;
  readonly property?: string;
  readonly driver?: string;
  readonly output?: string;
}

/** Enough for what `check` prints; a few seconds. */
const RUNS = 4_000;

export function addExplain(program: Command, found: (args: ExplainArgs) => void): void {
  const command = program
    .command('explain')
    .description(
      'Tell how a property broke: the shortest run that still breaks it, step by step, and what it takes.',
    )
    .argument('<token|file>', 'token of a run (gvr1~...), saved JSON result of check, or a scenario (.yaml)')
    .option('--property <name>', 'property to explain (default: the first that nobody expects to break)')
    .option('--driver <name>', 'for a scenario, its driver; for a token, the file of a driver of your own')
    .option('--runs <n>', 'runs that making it short may take', parseRuns, RUNS)
    .addOption(
      new Option('--format <format>', 'text, or what the name of FILE ends in')
        .choices(EXPLAIN_FORMATS)
        .conflicts('json'),
    )
    .option('--json', 'the same as --format json')
    .option('-o, --output <file>', 'write it there; the file is replaced as a whole or not at all');
  addHelp(command, ['explain gvr1~TOKEN', 'explain check.json --property I4 --format scenario -o i4.yaml']);
  command.action((input: string, options: Options) => {
    const { runs, property, driver, output } = options;
    found({
      command: 'explain',
      ...{ input, runs, format: chosenFormat(options) },
      ...(property === undefined ? {} : { property }),
      ...(driver === undefined ? {} : { driver }),
      ...(output === undefined ? {} : { output }),
    });
  });
}

function chosenFormat({ format, json, output = '' }: Options): ExplainFormat {
  if (json === true) return 'json';
  if (format !== undefined) return format;
  if (output.endsWith('.itf.json')) return 'itf';
  if (output.endsWith('.json')) return 'json';
  if (/\.ya?ml$/.test(output)) return 'scenario';
  return output.endsWith('.md') ? 'md' : 'text';
}

/** Throws UsageError, InputError, or what the simulator throws. */
export async function runExplain(args: ExplainArgs, context: CommandContext): Promise<Outcome> {
  const backend = await context.loadBackend();
  const { format, runs, property, driver, output } = args;
  if (property !== undefined) requireKnown(backend, '--property', 'properties', property);
  if (driver !== undefined) requireDriver(backend, '--driver', driver);
  const { signal, onProgress } = context;
  const { text, exhausted } = await backend.explain(args.input, {
    ...{ format, runs, signal, onProgress },
    ...(property === undefined ? {} : { property }),
    ...(driver === undefined ? {} : { driver }),
  });
  const limit = `the limit of ${runs} runs was reached: it may not be as short as it could be (--runs)`;
  return {
    exit: EXIT.expected,
    result: text,
    ...(output === undefined ? {} : { output }),
    messages: exhausted ? [] : [message(limit)],
  };
}

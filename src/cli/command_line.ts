/** From the words of the command line to what was asked for, or to the help text or usage error it comes to. */
import { Command, CommanderError, Option } from 'commander';
import { addCheck } from './check.ts';
import { addCompare } from './compare.ts';
import { addExplore } from './explore.ts';
import type { Invocation } from './execute.ts';
import { addExplain } from './explain.ts';
import { EXIT, EXIT_CODES_HELP } from './exit_code.ts';
import { PROGRAM } from './failure.ts';
import { addEvidence } from './evidence.ts';
import { addImport } from './import.ts';
import { addList } from './list.ts';
import { addMatrix } from './matrix.ts';
import type { Outcome } from './outcome.ts';
import { addReport } from './report.ts';
import { addRun } from './run.ts';
import { addSchema } from './schema.ts';
import type { ColorChoice } from './terminal_facts.ts';
import { addVerify } from './verify.ts';
import { addWitness } from './witness.ts';
import { addWorst } from './worst.ts';

/** Options of every command. */
export interface Settings {
  readonly color: ColorChoice;
  readonly debug: boolean;
}

export type ParsedLine =
  { readonly invocation: Invocation; readonly settings: Settings } | { readonly outcome: Outcome };

const COLOR_CHOICES = ['auto', 'always', 'never'] as const satisfies readonly ColorChoice[];

/** Never throws: help and version are outcomes with exit code 0, usage errors with 2. */
export function parseCommandLine(args: readonly string[], version: string): ParsedLine {
  let invocation: Invocation | undefined;
  const written = { out: '', err: '' };
  const program = createProgram(version, written, (found) => {
    invocation = found;
  });
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const unknown = error.code.startsWith('commander.help') ? unknownCommandIn(program) : undefined;
    if (unknown !== undefined) return parseCommandLine([unknown], version);
    const exit = error.exitCode === 0 ? EXIT.expected : EXIT.usage;
    const messages = written.err === '' ? [] : [written.err.trimEnd()];
    return { outcome: { exit, messages, ...(written.out === '' ? {} : { result: written.out }) } };
  }
  if (invocation === undefined) throw new Error('the command line was parsed and no command was found');
  const { color, debug } = program.opts<{ color: ColorChoice; debug?: true }>();
  return { invocation, settings: { color, debug: debug === true } };
}

/**
 * The word for which commander shows the help of the whole program, since it knows no command of that name: `frob --help`,
 * `help frob`. By itself the word is the usage error that it should be.
 */
function unknownCommandIn({ args, commands }: Command): string | undefined {
  const words = args.filter((word) => !word.startsWith('-'));
  const name = words[0] === 'help' ? words[1] : words[0];
  return commands.some((command) => command.name() === name) ? undefined : name;
}

function createProgram(
  version: string,
  written: { out: string; err: string },
  found: (invocation: Invocation) => void,
): Command {
  const program = new Command(PROGRAM)
    .description(
      'Pinning against mirroring: the same workload under GUP and HMM drivers, on a model of Linux mm and DAX.',
    )
    .version(version, '-V, --version')
    .addOption(
      new Option('--color <when>', 'colour in terminal output').choices(COLOR_CHOICES).default('auto'),
    )
    .option('--debug', 'stacks of internal errors (also: GVH_DEBUG=1)')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError(`  see: ${PROGRAM} --help`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        written.out += text;
      },
      writeErr: (text) => {
        written.err += text;
      },
      outputError: (text, write) => write(text.replace(/^error: /, `${PROGRAM}: `)),
    });
  const add = [
    addCompare,
    addRun,
    addCheck,
    addExplore,
    addExplain,
    addWorst,
    addMatrix,
    addWitness,
    addEvidence,
    addImport,
    addReport,
    addVerify,
    addList,
    addSchema,
  ];
  for (const addCommand of add) addCommand(program, found);
  return program
    .addHelpText('before', `Examples:\n  ${PROGRAM} list scenarios\n  ${PROGRAM} compare t_mmap_collision\n`)
    .addHelpText('after', EXIT_CODES_HELP);
}

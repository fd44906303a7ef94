/** `import`: what a log of strace or perf trace contains, as counts that an independent count can be held against. */
import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit_code.ts';
import { plainJson, renderAs, type OutputArgs } from './format.ts';
import { importDocument } from './import_document.ts';
import { addHelp, addOutputOptions, outputArgs, type OutputOptions } from './options.ts';
import type { Outcome } from './outcome.ts';
import { inputOptions, rejectedLines } from './workload_args.ts';

export interface ImportArgs extends OutputArgs {
  readonly command: 'import';
  readonly log: string;
  readonly data?: string;
}

interface Options extends OutputOptions {
  readonly stats?: true;
  readonly data?: string;
}

export function addImport(program: Command, found: (args: ImportArgs) => void): void {
  const command = program
    .command('import')
    .description(
      'Read a log of strace or perf trace and count what it contains, and what of it is not modelled.',
    )
    .argument('<log>', 'log of strace or perf trace, plain or gzip')
    .option('--stats', 'counts of the log (what this command prints anyway)')
    .option('--data <prefix>', "files below this path are the program's data");
  addHelp(addOutputOptions(command), [
    'import app.strace.gz --stats',
    'import app.strace --stats --data /srv/db --json',
  ]);
  command.action((log: string, options: Options) => {
    const data = options.data === undefined ? {} : { data: options.data };
    found({ command: 'import', log, ...data, ...outputArgs(options) });
  });
}

/** Throws InputError for a file that is no log. */
export async function runImport(args: ImportArgs, context: CommandContext): Promise<Outcome> {
  const backend = await context.loadBackend();
  const { stats, rejected } = await backend.importStats(args.log, inputOptions(args), context);
  return {
    exit: EXIT.expected,
    result: renderAs(
      args.format,
      () => plainJson(stats),
      () => importDocument(args.log, stats),
      context.style,
    ),
    ...(args.output === undefined ? {} : { output: args.output }),
    messages: rejectedLines({ rejected }),
  };
}

/** `report`: a saved result in another format, without simulating anything. */
import type { Command } from 'commander';
import { comparisonDocument, resultJson } from '../report/index.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit_code.ts';
import { message } from './failure.ts';
import { renderAs, type OutputArgs } from './format.ts';
import { addHelp, addOutputOptions, outputArgs, type OutputOptions } from './options.ts';
import type { Outcome } from './outcome.ts';
import { readSavedResult } from './saved_result.ts';

export interface ReportArgs extends OutputArgs {
  readonly command: 'report';
  readonly file: string;
}

export function addReport(program: Command, found: (args: ReportArgs) => void): void {
  const command = program
    .command('report')
    .description('Render a saved comparison result in another format.')
    .argument('<file>', 'JSON result of compare, - for standard input');
  addHelp(addOutputOptions(command), [
    'report result.json --format markdown -o report.md',
    'report - < result.json',
  ]);
  command.action((file: string, options: OutputOptions) => {
    found({ command: 'report', file, ...outputArgs(options) });
  });
}

/** A result whose content does not give its id is not rendered: the report would carry an id that is not its own. */
export function runReport(args: ReportArgs, context: Pick<CommandContext, 'style'>): Outcome {
  const { result, contentId } = readSavedResult(args.file);
  if (result.id !== contentId) {
    const text = `${args.file}: the result is cited as ${result.id}, but its content gives ${contentId}; it was changed and is not rendered`;
    return { exit: EXIT.mismatch, messages: [message(text)] };
  }
  return {
    exit: EXIT.expected,
    result: renderAs(
      args.format,
      () => resultJson(result),
      () => comparisonDocument(result),
      context.style,
    ),
    ...(args.output === undefined ? {} : { output: args.output }),
    messages: [],
  };
}

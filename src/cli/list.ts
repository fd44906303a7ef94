/** `list`: what there is to name in other commands. */
import { Argument, type Command } from 'commander';
import { COST_TABLES } from '../costs/index.ts';
import { BACKEND_LISTS } from './backend.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit_code.ts';
import { plainJson, renderAs, type OutputArgs } from './format.ts';
import { costDocument, listDocument } from './list_document.ts';
import { addHelp, addOutputOptions, outputArgs, type OutputOptions } from './options.ts';
import type { Outcome } from './outcome.ts';

export const LIST_KINDS = [...BACKEND_LISTS, 'cost-tables'] as const;
export type ListKind = (typeof LIST_KINDS)[number];

export interface ListArgs extends OutputArgs {
  readonly command: 'list';
  readonly kind: ListKind;
}

export function addList(program: Command, found: (args: ListArgs) => void): void {
  const command = program
    .command('list')
    .description(
      'List what can be named: drivers, kernels, properties, the facts behind the model and so on.',
    )
    .addArgument(new Argument('<kind>', 'what to list').choices(LIST_KINDS));
  addHelp(addOutputOptions(command), ['list drivers', 'list facts --json']);
  command.action((kind: ListKind, options: OutputOptions) => {
    found({ command: 'list', kind, ...outputArgs(options) });
  });
}

export async function runList(args: ListArgs, context: CommandContext): Promise<Outcome> {
  const backend = await context.loadBackend();
  const { kind } = args;
  const [items, document] =
    kind === 'cost-tables'
      ? [[...COST_TABLES.values()], costDocument]
      : [backend.list(kind), () => listDocument(kind, backend.list(kind))];
  const json = { schema: 'gup-vs-hmm/list/1', model_revision: backend.modelRevision, kind, items };
  return {
    exit: EXIT.expected,
    result: renderAs(args.format, () => plainJson(json), document, context.style),
    ...(args.output === undefined ? {} : { output: args.output }),
    messages: [],
  };
}

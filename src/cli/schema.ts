/** `schema`: the JSON Schema of a result. */
import { Argument, type Command } from 'commander';
import { compareJsonSchema } from '../report/index.ts';
import { exploreJsonSchema } from './explore_schema.ts';
import { EXIT } from './exit_code.ts';
import { addHelp } from './options.ts';
import type { Outcome } from './outcome.ts';

const SCHEMAS = { compare: compareJsonSchema, explore: exploreJsonSchema } as const;
const SCHEMA_NAMES = ['compare', 'explore'] as const satisfies readonly (keyof typeof SCHEMAS)[];

export interface SchemaArgs {
  readonly command: 'schema';
  readonly name: (typeof SCHEMA_NAMES)[number];
  readonly output?: string;
}

export function addSchema(program: Command, found: (args: SchemaArgs) => void): void {
  const command = program
    .command('schema')
    .description('Print the JSON Schema (2020-12) of a result.')
    .addArgument(new Argument('<name>', 'result to describe').choices(SCHEMA_NAMES))
    .option('-o, --output <file>', 'write the schema there');
  addHelp(command, ['schema compare', 'schema compare -o compare.schema.json']);
  command.action((name: SchemaArgs['name'], options: { output?: string }) => {
    found({ command: 'schema', name, ...options });
  });
}

export function runSchema(args: SchemaArgs): Outcome {
  const output = args.output === undefined ? {} : { output: args.output };
  return { exit: EXIT.expected, result: SCHEMAS[args.name](), ...output, messages: [] };
}

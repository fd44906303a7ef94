/** `verify`: is a saved result the one that its id cites? */
import type { Command } from 'commander';
import { EXIT } from './exit_code.ts';
import { message } from './failure.ts';
import { addHelp } from './options.ts';
import type { Outcome } from './outcome.ts';
import { readSavedResult } from './saved_result.ts';

export interface VerifyArgs {
  readonly command: 'verify';
  readonly file: string;
}

export function addVerify(program: Command, found: (args: VerifyArgs) => void): void {
  const command = program
    .command('verify')
    .description(
      'Recompute the digest of a saved comparison result: exit code 0 if it is the one it is cited by, else 4.',
    )
    .argument('<file>', 'JSON result of compare, - for standard input');
  addHelp(command, ['verify result.json', 'verify - < result.json']);
  command.action((file: string) => {
    found({ command: 'verify', file });
  });
}

export function runVerify(args: VerifyArgs): Outcome {
  const { result, contentId } = readSavedResult(args.file);
  if (result.id === contentId)
    return {
      exit: EXIT.expected,
      result: `${args.file}: ${contentId} is the id of its content\n`,
      messages: [],
    };
  const text = `${args.file}: cited as ${result.id}, but its content gives ${contentId}`;
  return { exit: EXIT.mismatch, messages: [message(text)] };
}

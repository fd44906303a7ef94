/** From an exception to an exit code and the lines that a user can act on. */
import { printable } from '../report/index.ts';
import { InputError, InputErrors, type InputProblem } from '../workload/input_error.ts';
import { EXIT, type ExitCode } from './exit_code.ts';
import type { Outcome } from './outcome.ts';
import { UsageError } from './usage_error.ts';
import { WitnessError, type WitnessFailure } from '../witness/witness_error.ts';

/** The name before every message on standard error. */
export const PROGRAM = 'gup-vs-hmm';

/** A message line: program name first, nothing in it that a terminal obeys. */
export function message(text: string): string {
  return `${PROGRAM}: ${printable(text)}`;
}

/** Exit code and messages for whatever a command threw; the stack only with `debug`. */
export function failureOutcome(error: unknown, debug: boolean): Outcome {
  if (error instanceof InputErrors)
    return { exit: EXIT.usage, messages: error.problems.flatMap(problemLines) };
  if (error instanceof InputError) return { exit: EXIT.usage, messages: problemLines(error) };
  if (error instanceof UsageError) return { exit: EXIT.usage, messages: [message(error.message)] };
  if (error instanceof WitnessError) return witnessOutcome(error);
  if (error instanceof Error && error.name === 'AbortError') {
    return {
      exit: EXIT.interrupted,
      messages: [message('interrupted before there was a result; nothing was written')],
    };
  }
  return { exit: EXIT.internal, messages: internalErrorLines(error, debug) };
}

const WITNESS_EXIT: Readonly<Record<WitnessFailure, ExitCode>> = {
  setup: EXIT.usage,
  guest: EXIT.internal,
  interrupted: EXIT.interrupted,
};

/** The first line as every message, the others (a list, the end of a console) under it. */
function witnessOutcome({ failure, message: text }: WitnessError): Outcome {
  const [first = '', ...rest] = text.split('\n');
  return {
    exit: WITNESS_EXIT[failure],
    messages: [message(first), ...rest.map((line) => `  ${printable(line)}`)],
  };
}

/** `gup-vs-hmm: file:line:column: problem`, then the hint on a line of its own. */
export function problemLines(problem: InputProblem): string[] {
  const line = problem.line === undefined ? '' : `:${problem.line}`;
  const column = problem.column === undefined ? '' : `:${problem.column}`;
  const lines = [message(`${problem.file}${line}${column}: ${problem.problem}`)];
  if (problem.hint !== undefined) lines.push(`  hint: ${printable(problem.hint)}`);
  return lines;
}

function internalErrorLines(error: unknown, debug: boolean): string[] {
  const text = error instanceof Error ? error.message : String(error);
  const lines = [message(`internal error: ${text}`)];
  if (!debug) return [...lines, '  this is a bug of ours: run again with --debug and report what it prints'];
  const stack = error instanceof Error && error.stack !== undefined ? error.stack : 'no stack';
  return [...lines, ...stack.split('\n').map(printable)];
}

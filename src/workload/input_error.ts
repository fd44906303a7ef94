/**
 * The one error for input that cannot be used: a log, a scenario file, a driver's own file.
 *
 * The command line prints the message alone, without a stack, and exits with 2.
 */

/** Where the input is wrong, what is wrong with it, and what the user can do about it. */
export interface InputProblem {
  /** Path of the input as the user gave it. */
  readonly file: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based; only with a line. */
  readonly column?: number;
  readonly problem: string;
  readonly hint?: string;
}

/** An input problem as an exception; its message is `file:line:column: problem; hint`, absent parts left out. */
export class InputError extends Error implements InputProblem {
  override readonly name = 'InputError';
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly problem: string;
  readonly hint?: string;

  constructor(what: InputProblem, options?: ErrorOptions) {
    super(inputMessage(what), options);
    this.file = what.file;
    this.problem = what.problem;
    if (what.line !== undefined) this.line = what.line;
    if (what.line !== undefined && what.column !== undefined) this.column = what.column;
    if (what.hint !== undefined) this.hint = what.hint;
  }
}

function inputMessage(what: InputProblem): string {
  const line = what.line === undefined ? '' : `:${what.line}`;
  const column = line === '' || what.column === undefined ? '' : `:${what.column}`;
  const hint = what.hint === undefined ? '' : `; ${what.hint}`;
  return `${what.file}${line}${column}: ${what.problem}${hint}`;
}

/** Several problems of one input: as an InputError it is the first of them, its message has all, one a line. */
export class InputErrors extends InputError {
  readonly problems: readonly InputProblem[];

  /** `problems` holds one at least. */
  constructor(problems: readonly InputProblem[]) {
    const [first] = problems;
    if (first === undefined) throw new RangeError('InputErrors without a problem');
    super(first);
    this.problems = problems;
    this.message = problems.map(inputMessage).join('\n');
  }
}

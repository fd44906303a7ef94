/** What a command comes to, as data: computing it and writing it are two things, and may be two threads. */
import type { ExitCode } from './exit_code.ts';

export interface Outcome {
  readonly exit: ExitCode;
  /** For standard output or the file of `-o`; absent: there is no result. */
  readonly result?: string;
  /** Where the result goes instead of standard output. */
  readonly output?: string;
  /** Lines for standard error. */
  readonly messages: readonly string[];
}

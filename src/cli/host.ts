/** What the command line needs of the process it runs in; tests hand in their own. */
import type { TerminalStyle } from '../report/index.ts';
import type { Progress } from './backend.ts';
import type { Invocation } from './execute.ts';
import type { Outcome } from './outcome.ts';
import type { Environment, StreamFacts } from './terminal_facts.ts';

/** Everything that running a command takes, as plain data. */
export interface Task {
  readonly invocation: Invocation;
  readonly style: TerminalStyle;
  readonly debug: boolean;
}

export interface OutStream extends StreamFacts {
  /** Resolves when the text is on its way, with the error if there was one. */
  write(text: string): Promise<Error | undefined>;
}

export interface Host {
  readonly version: string;
  readonly env: Environment;
  readonly stdout: OutStream;
  readonly stderr: OutStream;
  /** Runs the command; may say how far it is, and that the user wants to stop. Never rejects. */
  run(task: Task, events: HostEvents): Promise<Outcome>;
}

export interface HostEvents {
  readonly onProgress: (progress: Progress) => void;
  /** The first SIGINT came: the command stops at its next check. */
  readonly onStopping: () => void;
}

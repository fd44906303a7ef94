/** A witness run that could not be made, said so that the reader knows what to do next. */

/** What kind of thing went wrong: the caller chooses the exit code by it. */
export type WitnessFailure =
  /** Something is missing on this machine or in the request: exit code 2. */
  | 'setup'
  /** The guest crashed, hung or did not say everything: exit code 3. */
  | 'guest'
  /** The user stopped it: exit code 130. */
  | 'interrupted';

export class WitnessError extends Error {
  readonly failure: WitnessFailure;

  /** `message` is shown as it is, without a stack: what happened, then what to do. */
  constructor(failure: WitnessFailure, message: string) {
    super(message);
    this.name = 'WitnessError';
    this.failure = failure;
  }
}

/** The code of a system error (`ENOSPC`), or undefined for errors of any other kind. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What is thrown in place of whatever an interrupted run came to. */
export function interrupted(): WitnessError {
  return new WitnessError(
    'interrupted',
    'interrupted; what was half made is removed, and nothing was written',
  );
}

/** Exit codes: part of the command line's contract, so scripts and CI may rest on them. */
export const EXIT = {
  /** Every verdict as expected, expected blocking included. */
  expected: 0,
  /** An unexpected verdict, or an expectation of a scenario that was not met. */
  unexpected: 1,
  /** Usage, configuration, input or output file. */
  usage: 2,
  /** A bug of ours. */
  internal: 3,
  /** The digest of a result is not the one it is cited by. */
  mismatch: 4,
  /** The budget was spent before a verdict. */
  undecided: 5,
  /** SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The end of every help text. */
export const EXIT_CODES_HELP = `
Exit codes:
  0    every verdict as expected (what a pin blocks by construction included)
  1    an unexpected verdict, or an unmet expectation of a scenario
  2    usage, configuration, input or output file
  3    internal error
  4    digest mismatch
  5    undecided: the budget was spent
  130  interrupted
`;

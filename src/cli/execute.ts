/** From the arguments of a command to its outcome: one entry per subcommand. */
import { runCheck, type CheckArgs } from './check.ts';
import { runCompare, type CompareArgs } from './compare.ts';
import type { CommandContext } from './context.ts';
import { runExplore, type ExploreArgs } from './explore.ts';
import { runExplain, type ExplainArgs } from './explain.ts';
import { failureOutcome } from './failure.ts';
import { runEvidence, type EvidenceArgs } from './evidence.ts';
import { runImport, type ImportArgs } from './import.ts';
import { runList, type ListArgs } from './list.ts';
import { runMatrix, type MatrixArgs } from './matrix.ts';
import type { Outcome } from './outcome.ts';
import { runReport, type ReportArgs } from './report.ts';
import { runRun, type RunArgs } from './run.ts';
import { runSchema, type SchemaArgs } from './schema.ts';
import { runVerify, type VerifyArgs } from './verify.ts';
import { runWitness, type WitnessArgs } from './witness.ts';
import { runWorst, type WorstArgs } from './worst.ts';

/** What the user asked for: plain data, so that it can be handed to another thread. */
export type Invocation =
  | CompareArgs
  | RunArgs
  | CheckArgs
  | ExploreArgs
  | ExplainArgs
  | WorstArgs
  | MatrixArgs
  | WitnessArgs
  | EvidenceArgs
  | ImportArgs
  | ListArgs
  | SchemaArgs
  | ReportArgs
  | VerifyArgs;

/** Commands that simulate or read large logs, so that they need a thread of their own to stay interruptible. */
const LONG: ReadonlySet<Invocation['command']> = new Set<Invocation['command']>([
  'compare',
  'run',
  'check',
  'explore',
  'explain',
  'worst',
  'matrix',
  'evidence',
  'import',
]);

export function isLong(invocation: Invocation): boolean {
  return LONG.has(invocation.command);
}

/** True for a command that mostly waits for other programs, which must be ended when the user stops it. */
export function runsPrograms(invocation: Invocation): boolean {
  return invocation.command === 'witness';
}

/** Runs the command. Never throws: a failure is an outcome, with the stack only if `debug`. */
export async function execute(
  invocation: Invocation,
  context: CommandContext,
  debug: boolean,
): Promise<Outcome> {
  try {
    return await dispatch(invocation, context);
  } catch (error) {
    return failureOutcome(error, debug);
  }
}

function dispatch(invocation: Invocation, context: CommandContext): Outcome | Promise<Outcome> {
  switch (invocation.command) {
    case 'compare':
      return runCompare(invocation, context);
    case 'run':
      return runRun(invocation, context);
    case 'check':
      return runCheck(invocation, context);
    case 'explore':
      return runExplore(invocation, context);
    case 'explain':
      return runExplain(invocation, context);
    case 'worst':
      return runWorst(invocation, context);
    case 'matrix':
      return runMatrix(invocation, context);
    case 'evidence':
      return runEvidence(invocation, context);
    case 'witness':
      return runWitness(invocation, context);
    case 'import':
      return runImport(invocation, context);
    case 'list':
      return runList(invocation, context);
    case 'schema':
      return runSchema(invocation);
    case 'report':
      return runReport(invocation, context);
    case 'verify':
      return runVerify(invocation);
  }
}

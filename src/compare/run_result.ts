/**
 * What a single run came to, operation by operation and event by event.
 */
import type { OperationKind } from '../workload/operation.ts';
import type { Certificate } from './result.ts';

/** One operation of a single run. */
export interface RunOperation {
  readonly task: string;
  /** Index in the workload's operation list. */
  readonly op: number;
  readonly line: number | null;
  readonly kind: OperationKind;
  /** Return value; null while the call has not returned. */
  readonly ret: number | null;
  /** Symbolic errno of a call that failed. */
  readonly errno: string | null;
  readonly blocked: boolean;
  /** Why it waited the longest, if it waited. */
  readonly certificate: Certificate | null;
  /** Simulated time at which it began and returned; null: it did not. */
  readonly begin_ns: number | null;
  readonly end_ns: number | null;
}

/** A property that the run broke. */
export interface BrokenProperty {
  readonly property: string;
  readonly title: string;
  /** The driver breaks it by construction. */
  readonly expected: boolean;
  /** What happened, in a sentence. */
  readonly text: string;
}

/** One step that another task, the device or the filesystem could observe. */
export interface RunEvent {
  /** Simulated time. */
  readonly ns: number;
  readonly task: string;
  readonly event: string;
  readonly text: string;
}

export interface RunResult {
  readonly schema: 'gup-vs-hmm/run/1';
  readonly model_revision: number;
  readonly complete: boolean;
  readonly input: { readonly name: string; readonly sha256: string };
  readonly driver: string;
  readonly memory: string;
  readonly kernel: string;
  readonly cost_table: string;
  readonly seed: number;
  /** The schedule that was run, as `--schedule` takes it. */
  readonly schedule: string;
  readonly ops: readonly RunOperation[];
  readonly blocks_freed_under_reference: number;
  readonly events: readonly RunEvent[];
  /** Expectations of the scenario that were not met, one sentence each. */
  readonly unmet: readonly string[];
  /** What broke, that which nobody expects of the driver first. */
  readonly broken: readonly BrokenProperty[];
}

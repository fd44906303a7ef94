/**
 * What an invariant is: a predicate over events and the state just after them, defined once and used by every check.
 *
 * Everything an invariant remembers is in the state (as a ghost) or in the wait log, so that the same predicates serve
 * random runs, replays and exhaustive search.
 */
import type { StampedEvent } from '../kernel/event.ts';
import type { WaitLog, WaitRecord } from '../observe/waits.ts';
import type { Session } from '../run/session.ts';
import type { OperationKind } from '../workload/operation.ts';

export interface Invariant {
  /** `I1` to `I15` of the specification, or the name of a user's question. */
  readonly id: string;
  readonly title: string;
  /** Facts that say what it means and why it matters. */
  readonly facts: readonly string[];
  /** Kinds of operation that it speaks of: a workload without any of them says nothing about it. Default: of all. */
  readonly kinds?: readonly OperationKind[];
  /** Looks at one event right after the step that raised it: a sentence when it is violated, else null. */
  readonly onEvent?: (session: Session, event: StampedEvent, waits: WaitLog) => string | null;
  /**
   * Looks at a wait as it is described when a task falls asleep (src/observe/waits.ts): a sentence when it is violated. A run asks at
   * its end, of the last description of each wait; a search asks at once.
   */
  readonly onWait?: (session: Session, wait: WaitRecord) => string | null;
  /** Looks at the state when nothing can step any more and user space does nothing: sentences, one per violation. */
  readonly atEnd?: (session: Session, waits: WaitLog) => readonly string[];
}

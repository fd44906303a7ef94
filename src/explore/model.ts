/**
 * What a search needs of a model: tasks that step, one typed vector that holds all of the state, and what is wrong with it.
 *
 * The search knows nothing of memory or files: a session on the kernel model is one such model (session_model.ts), a protocol of a
 * few tables another one.
 */
import type { DenseStore } from '../machine/dense_store.ts';

export interface Model {
  /** All of the state; keeps fingerprints. A step changes nothing else that a later step reads. */
  readonly store: DenseStore;
  /** Tasks are 0 to this number; at most {@link TASKS_MAX}. */
  readonly tasks: number;
  /** Bit t: task t can step. */
  enabled(): number;
  /** Bit t: the next step of task t is up to user space, which may never take it. A subset of {@link enabled}. */
  voluntary(): number;
  /** One atomic step of a task that is enabled. States that differ in nothing that matters are equal afterwards. */
  step(task: number): void;
  /** Bit t: what task t has begun must come to an end, and has not. */
  unfinished(): number;
  /** Looks at a state that the search has come to for the first time. */
  look(): void;
  /** What steps and looks have found wrong, by property: the first time in words. The search empties it. */
  readonly found: Map<string, string>;
}

/** Sets of tasks are bits of an Int32 without its sign, and one bit of an edge's byte is taken. */
export const TASKS_MAX = 31;

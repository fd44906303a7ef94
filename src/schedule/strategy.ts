/**
 * What chooses the next task, and what it may look at: task numbers, positions and which tasks can step; no memory,
 * no files.
 */

/** The moment before a step. */
export interface View {
  /** The task that took the last step, -1 before the first. */
  readonly current: number;
  /** Tasks that can step now, in ascending order; never empty. The array is reused: copy it to keep it. */
  readonly enabled: readonly number[];
  /** `path.entry` at which the task's next step begins; `user` between two operations, `dead` after its exit. */
  positionOf(task: number): string;
  /** The operation the task is in or, in user space, would start next; for an engine that of its transfer; -1: none. */
  opOf(task: number): number;
}

export interface Strategy {
  /** One of `view.enabled`. */
  pick(view: View): number;
}

/** The task that goes on when nothing is said: the current one, else the first of the base order that can step. */
export function unpreempted(view: View, base: readonly number[]): number {
  const { current, enabled } = view;
  if (enabled.includes(current)) return current;
  return base.find((task) => enabled.includes(task)) ?? (enabled[0] as number);
}

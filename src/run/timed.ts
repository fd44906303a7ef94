/**
 * The discrete-event order: of all tasks that can step, the one whose clock is earliest.
 */
import type { Session } from './session.ts';

/** A bound on the steps of one call: past it the model loops, which is a bug in the project. */
const STEPS_MAX = 50_000_000;

/** The runnable task with the earliest clock, the lowest number first; -1 when none can step. */
export function earliestRunnable(session: Session): number {
  const { m } = session.system;
  let best = -1;
  let bestTime = Infinity;
  for (let task = 0; task < m.count; task++) {
    if (!m.runnable(task)) continue;
    const time = m.clock.of(task);
    if (time < bestTime) {
      best = task;
      bestTime = time;
    }
  }
  return best;
}

/** Steps in time order until `done()` or until nothing can step; true when `done()`. */
export function driveUntil(session: Session, done: () => boolean): boolean {
  for (let steps = 0; steps < STEPS_MAX; steps++) {
    if (done()) return true;
    const task = earliestRunnable(session);
    if (task < 0) return false;
    session.step(task);
  }
  throw new Error(
    `no end after ${STEPS_MAX} steps: ${session
      .runnable()
      .map((task) => session.taskName(task))
      .join(', ')}`,
  );
}

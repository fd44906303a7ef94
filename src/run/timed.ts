/**
 * The discrete-event order: of all tasks that can step, the one whose clock is earliest.
 */
import type { Session } from './session.ts';

/** A bound on the steps of one call: past it something loops, which is a bug in the project or in a driver of the user's own. */
const STEPS_MAX = 5_000_000;

/** The two earliest clocks among tasks that can step: whose the first is, and when the second comes up. */
interface Front {
  /** -1 when no task can step. */
  readonly task: number;
  readonly nextTime: number;
}

/** The runnable task with the earliest clock, the lowest number first. */
function frontOf(session: Session): Front {
  const { m } = session.system;
  let task = -1;
  let time = Infinity;
  let nextTime = Infinity;
  for (let other = 0; other < m.count; other++) {
    if (!m.runnable(other)) continue;
    const otherTime = m.clock.of(other);
    if (otherTime < time) {
      nextTime = time;
      task = other;
      time = otherTime;
    } else if (otherTime < nextTime) nextTime = otherTime;
  }
  return { task, nextTime };
}

/** Steps in time order until `done()` or until nothing can step; true when `done()`. */
export function driveUntil(session: Session, done: () => boolean): boolean {
  const { m } = session.system;
  for (let steps = 0; steps < STEPS_MAX;) {
    if (done()) return true;
    const { task, nextTime } = frontOf(session);
    if (task < 0) return false;
    // Until it is overtaken, or wakes another, the same task stays the earliest.
    const { wakeUps } = m;
    do {
      session.step(task);
      steps++;
    } while (m.runnable(task) && m.clock.of(task) < nextTime && m.wakeUps === wakeUps && !done());
  }
  throw new Error(
    `no end after ${STEPS_MAX} steps: ${session
      .runnable()
      .map((task) => session.taskName(task))
      .join(', ')}`,
  );
}

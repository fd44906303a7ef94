/**
 * The virtual clock: integer nanoseconds, one reading per task.
 *
 * A discrete-event clock over the same steps as everything else: a step happens at its task's time and what it
 * spends moves that time on; a task that is woken goes on no earlier than its waker. There is a CPU for each
 * task. The clock is not part of the state: schedules that ignore it ignore it entirely.
 */

/** What a step can spend: class name to nanoseconds for one unit. */
export type StepCosts = Readonly<Record<string, number>>;

export class Clock {
  private readonly costs: StepCosts;
  private readonly times: number[] = [];

  constructor(costs: StepCosts) {
    this.costs = costs;
  }

  /** Time of a task in nanoseconds since the start. */
  of(task: number): number {
    return this.times[task] ?? 0;
  }

  /** Moves a task on by `units` of a cost class. Throws for a class the table lacks. */
  spend(task: number, cost: string, units: number): void {
    const ns = this.costs[cost];
    if (ns === undefined) throw new Error(`the cost table has no class ${cost}`);
    this.advance(task, this.of(task) + ns * units);
  }

  /** Moves a task on to `time`, never back. */
  advance(task: number, time: number): void {
    while (this.times.length <= task) this.times.push(0);
    this.times[task] = Math.max(this.of(task), time);
  }

  /** The latest time any task has reached. */
  latest(): number {
    return this.times.reduce((latest, time) => Math.max(latest, time), 0);
  }

  reset(): void {
    this.times.length = 0;
  }

  snapshot(): number[] {
    return this.times.slice();
  }

  restore(times: readonly number[]): void {
    this.times.length = 0;
    this.times.push(...times);
  }
}

/**
 * Cases -> rows: times each case with tinybench and relates it to its baseline.
 *
 * A case counts what it does (steps, runs, lines) and does exactly the same in every call: a call that counts otherwise
 * is an error, since its time could not be compared. Calls last milliseconds, so that the timer's own cost is nothing.
 */
import { Bench, type Task } from 'tinybench';

/** Something a case does many times in one call. */
export interface Unit {
  /** What one operation is, for the table. */
  readonly operation: string;
  /** Name of the row. */
  readonly name: string;
  /** Name of the row of the same run that this one is a multiple of; absent: nothing to compare with. */
  readonly baseline?: string;
}

export interface Case {
  readonly units: readonly Unit[];
  /** One call; gives how many operations of each unit it did. */
  readonly run: () => readonly number[] | Promise<readonly number[]>;
}

export interface Row {
  readonly name: string;
  readonly operation: string;
  readonly operations_per_second: number;
  /** What three of four calls reached or passed. */
  readonly operations_per_second_p75: number;
  /** Half the width of the 95% confidence interval of the mean time of a call, in percent of it. */
  readonly relative_margin_percent: number;
  readonly calls: number;
  readonly operations_per_call: number;
  readonly baseline: string | null;
  /** Times as fast as the baseline; null without one. */
  readonly ratio: number | null;
}

/** Milliseconds for one case at least, after the warm-up. */
const TIME_MS = 1000;
const WARMUP_MS = 300;
/** Calls at least, however long one takes. */
const CALLS_MIN = 3;

/** Runs the cases in their order. Throws when a case throws or does not do the same in every call. */
export async function measure(cases: readonly Case[], onCase: (name: string, index: number) => void): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [index, each] of cases.entries()) {
    onCase(nameOf(each), index);
    const counts = await each.run();
    const task = await timed(each, counts);
    each.units.forEach((unit, at) => rows.push(rowOf(unit, counts[at] ?? 0, task, rows)));
  }
  return rows;
}

const nameOf = (each: Case): string => each.units.map(({ name }) => name).join(', ');

async function timed(each: Case, counts: readonly number[]): Promise<Task> {
  const bench = new Bench({
    time: TIME_MS,
    iterations: CALLS_MIN,
    warmupTime: WARMUP_MS,
    warmupIterations: 1,
  });
  const expected = counts.join(' ');
  const check = (seen: readonly number[]): void => {
    if (seen.join(' ') !== expected) throw new Error(`counted ${seen.join(' ')} after ${expected}`);
  };
  // A case that is not asynchronous must not wait for a promise.
  const isAsync = each.run() instanceof Promise;
  bench.add(
    nameOf(each),
    isAsync
      ? async () => {
          check(await each.run());
        }
      : () => {
          check(each.run() as readonly number[]);
        },
  );
  await bench.run();
  return bench.tasks[0] as Task;
}

function rowOf(unit: Unit, perCall: number, task: Task, before: readonly Row[]): Row {
  const { result } = task;
  // tinybench does not throw for a task that threw.
  if (result.state === 'errored') throw new Error(`${unit.name}: ${result.error.message}`, { cause: result.error });
  if (result.state !== 'completed') throw new Error(`${unit.name}: not measured, its state is ${result.state}`);
  const { latency } = result;
  const rate = (ms: number): number => (perCall * 1000) / ms;
  const perSecond = rate(latency.p50);
  return {
    name: unit.name,
    operation: unit.operation,
    operations_per_second: perSecond,
    operations_per_second_p75: rate(latency.p75),
    relative_margin_percent: latency.rme,
    calls: latency.samplesCount,
    operations_per_call: perCall,
    baseline: unit.baseline ?? null,
    ratio: unit.baseline === undefined ? null : perSecond / baselineOf(unit.baseline, before),
  };
}

function baselineOf(name: string, rows: readonly Row[]): number {
  const found = rows.find((row) => row.name === name);
  if (found === undefined) throw new Error(`the baseline ${name} was not measured before`);
  return found.operations_per_second;
}

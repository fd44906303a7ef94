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
  /** Name of an earlier row of the same run that this one is a multiple of. */
  readonly baseline?: string;
}

export interface Case {
  readonly units: readonly Unit[];
  /** One call; gives how many operations of each unit it did. */
  readonly run: () => readonly number[] | Promise<readonly number[]>;
  /** The most memory that any call's own process had at a time; absent where calls share this process. */
  readonly peakRssBytes?: () => number;
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
  /** Of a call's own process; null where calls share this one. */
  readonly peak_rss_bytes: number | null;
}

/** Milliseconds for one case at least, after those of the warm-up. */
const TIME_MS = 1000;
/** The model is hundreds of small functions: the compiler takes this long to settle. */
const WARMUP_MS = 1500;
/** Calls at least, however long one takes. */
const CALLS_MIN = 3;

/** Runs the cases in their order. Throws when a case throws or does not do the same in every call. */
export async function measure(
  cases: readonly Case[],
  onCase: (name: string, index: number) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [index, each] of cases.entries()) {
    const name = each.units.map((unit) => unit.name).join(', ');
    onCase(name, index);
    const { counts, task } = await timed(name, each);
    for (const [at, unit] of each.units.entries()) {
      const row = rowOf(unit, counts[at] ?? 0, task, rows);
      rows.push({ ...row, peak_rss_bytes: each.peakRssBytes?.() ?? null });
    }
  }
  return rows;
}

/** The first call, not timed, says what there is to count, whether it is asynchronous and whether it needs a warm-up. */
async function timed(name: string, { run }: Case): Promise<{ counts: readonly number[]; task: Task }> {
  const start = performance.now();
  const first = run();
  const counts = await first;
  const bench = new Bench({
    time: TIME_MS,
    iterations: CALLS_MIN,
    warmup: performance.now() - start < WARMUP_MS,
    warmupTime: WARMUP_MS,
    warmupIterations: 1,
  });
  const expected = counts.join(' ');
  const check = (seen: readonly number[]): void => {
    if (seen.join(' ') !== expected) throw new Error(`counted ${seen.join(' ')} after ${expected}`);
  };
  const checked = async (): Promise<void> => {
    check(await run());
  };
  // What is not asynchronous is not made to wait for a promise.
  const plain = (): void => {
    check(run() as readonly number[]);
  };
  bench.add(name, first instanceof Promise ? checked : plain);
  await bench.run();
  return { counts, task: bench.tasks[0] as Task };
}

function rowOf(unit: Unit, perCall: number, task: Task, before: readonly Row[]): Omit<Row, 'peak_rss_bytes'> {
  const { result } = task;
  // tinybench does not throw for a task that threw.
  if (result.state === 'errored')
    throw new Error(`${unit.name}: ${result.error.message}`, { cause: result.error });
  if (result.state !== 'completed')
    throw new Error(`${unit.name}: not measured, its state is ${result.state}`);
  const { latency } = result;
  const rate = (ms: number): number => (perCall * 1000) / ms;
  const perSecond = rate(latency.p50);
  // A baseline of a group that was not chosen has no row.
  const baseline = before.find((row) => row.name === unit.baseline);
  return {
    name: unit.name,
    operation: unit.operation,
    operations_per_second: perSecond,
    operations_per_second_p75: rate(latency.p75),
    relative_margin_percent: latency.rme,
    calls: latency.samplesCount,
    operations_per_call: perCall,
    baseline: baseline?.name ?? null,
    ratio: baseline === undefined ? null : perSecond / baseline.operations_per_second,
  };
}

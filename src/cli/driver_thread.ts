/**
 * One driver of a comparison in a thread of its own: the drivers of a comparison know nothing of each other, so on
 * two cores two of them take the time of one.
 */
import { availableParallelism } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import {
  type ComparisonOptions,
  type DriverFindings,
  findingsUnder,
  type ReplayInput,
} from '../compare/index.ts';
import { InputError, type InputProblem } from '../workload/input_error.ts';
import type { Attention, Progress } from './backend.ts';
import { loadDriver } from './load_driver.ts';
import { startWorker } from './start_worker.ts';

/** What a thread is given: all of it can be copied. */
interface Assignment {
  readonly input: ReplayInput;
  /** Name or file. */
  readonly driver: string;
  readonly conditions: Omit<ComparisonOptions, 'drivers' | keyof Attention>;
  /** One integer: 0 go on, 1 stop at the next check. */
  readonly stop: Int32Array;
}

type Report =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'findings'; readonly findings: DriverFindings }
  | { readonly kind: 'input_error'; readonly problem: InputProblem };

/** How often the user's wish to stop is passed on, and progress at most. */
const LOOK_MS = 100;

/** The findings under each driver, in the order given; fewer when the user stops. Throws what a thread threw. */
export async function findingsInThreads(
  input: ReplayInput,
  drivers: readonly string[],
  conditions: Assignment['conditions'],
  { signal, onProgress }: Attention,
): Promise<DriverFindings[]> {
  const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const look = setInterval(() => {
    if (signal.aborted) Atomics.store(stop, 0, 1);
  }, LOOK_MS);
  const waiting = [...drivers.entries()];
  const found: (DriverFindings | undefined)[] = drivers.map(() => undefined);
  const done = drivers.map(() => 0);
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (signal.aborted || Atomics.load(stop, 0) !== 0) return;
      const [index, driver] = next;
      found[index] = await inThread({ input, driver, conditions, stop }, (progress) => {
        done[index] = progress.done;
        const sum = done.reduce((all, one) => all + one);
        onProgress({ what: drivers.join(' and '), done: sum, total: progress.total * drivers.length });
      });
    }
  };
  try {
    await Promise.all(Array.from({ length: availableParallelism() }, work));
  } finally {
    Atomics.store(stop, 0, 1);
    clearInterval(look);
  }
  return found.filter((each) => each !== undefined);
}

function inThread(assignment: Assignment, onProgress: (progress: Progress) => void): Promise<DriverFindings> {
  // `./driver_main.ts` in the sources, `./driver_main.js` in the package
  const worker = startWorker(
    import.meta.url.replace(/driver_thread\.(ts|js)$/, 'driver_main.$1'),
    assignment,
  );
  return new Promise((resolve, reject) => {
    worker.on('message', (report: Report) => {
      if (report.kind === 'progress') onProgress(report.progress);
      else if (report.kind === 'findings') resolve(report.findings);
      else reject(new InputError(report.problem));
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      reject(new Error(`the thread of driver '${assignment.driver}' ended (${code}) without findings`));
    });
  });
}

/** The thread's side. */
export async function serveDriver(): Promise<void> {
  const { input, driver, conditions, stop } = workerData as Assignment;
  const report = (what: Report): void => {
    parentPort?.postMessage(what);
  };
  const signal = {
    get aborted(): boolean {
      return Atomics.load(stop, 0) !== 0;
    },
  };
  let last = -LOOK_MS;
  const onProgress = (progress: Progress): void => {
    if (performance.now() - last < LOOK_MS) return;
    last = performance.now();
    report({ kind: 'progress', progress });
  };
  try {
    const tested = await loadDriver(driver);
    report({
      kind: 'findings',
      findings: findingsUnder(input, tested, { ...conditions, signal, onProgress }),
    });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { file, line, column, problem, hint } = error;
    const place = { ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
    report({
      kind: 'input_error',
      problem: { file, ...place, problem, ...(hint === undefined ? {} : { hint }) },
    });
  }
}

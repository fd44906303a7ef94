/**
 * Long commands run in a thread of their own.
 *
 * The simulator is synchronous, and a busy thread hears no signal: the main thread stays free for SIGINT and for
 * the terminal, and a flag in shared memory tells the other one to stop.
 */
import { isMainThread, parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { Backend, Progress } from './backend.ts';
import { execute } from './execute.ts';
import { failureOutcome } from './failure.ts';
import type { HostEvents, Task } from './host.ts';
import type { Outcome } from './outcome.ts';
import { startWorker } from './start_worker.ts';

/** What the main thread gives its worker. */
interface Assignment {
  readonly task: Task;
  /** One integer: 0 go on, 1 stop at the next check. */
  readonly stop: Int32Array;
}

type Report =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'outcome'; readonly outcome: Outcome };

/** Progress reports are passed on at this distance, however many the simulator makes. */
const PROGRESS_MS = 100;

/** A running task, and the way to tell it to stop. */
export interface TaskThread {
  readonly outcome: Promise<Outcome>;
  stop(): void;
}

/** Starts the module at `entry` as a worker; it must call {@link serveTask}. */
export function startTaskThread(
  entry: string,
  task: Task,
  events: Pick<HostEvents, 'onProgress'>,
): TaskThread {
  const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const assignment: Assignment = { task, stop };
  const worker = startWorker(entry, assignment);
  const outcome = new Promise<Outcome>((resolve) => {
    worker.on('message', (report: Report) => {
      if (report.kind === 'progress') events.onProgress(report.progress);
      else resolve(report.outcome);
    });
    worker.on('error', (error) => resolve(failureOutcome(error, task.debug)));
    worker.on('exit', (code) =>
      resolve(
        failureOutcome(new Error(`the simulator's thread ended (${code}) without a result`), task.debug),
      ),
    );
  });
  return { outcome, stop: () => void Atomics.store(stop, 0, 1) };
}

/** The worker's side. Does nothing and returns false in a main thread. */
export async function serveTask(loadBackend: () => Promise<Backend>): Promise<boolean> {
  if (isMainThread || parentPort === null) return false;
  const { task, stop } = workerData as Assignment;
  const port = parentPort;
  const signal = {
    get aborted(): boolean {
      return Atomics.load(stop, 0) !== 0;
    },
  };
  const context = { loadBackend, style: task.style, signal, onProgress: throttled(port) };
  const outcome = await execute(task.invocation, context, task.debug);
  port.postMessage({ kind: 'outcome', outcome } satisfies Report);
  return true;
}

function throttled(port: MessagePort): (progress: Progress) => void {
  let last = -PROGRESS_MS;
  return (progress) => {
    const now = performance.now();
    if (now - last < PROGRESS_MS) return;
    last = now;
    port.postMessage({ kind: 'progress', progress } satisfies Report);
  };
}

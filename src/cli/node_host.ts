/** The host that a Node process is. */
import { readFileSync } from 'node:fs';
import { isatty, type WriteStream } from 'node:tty';
import type { Backend } from './backend.ts';
import { execute, isLong, runsPrograms } from './execute.ts';
import { EXIT } from './exit_code.ts';
import type { Host, HostEvents, OutStream, Task } from './host.ts';
import type { Outcome } from './outcome.ts';
import { startTaskThread } from './task_thread.ts';

/** `entry` is the module that a worker starts with; it calls serveTask with the same backend. */
export function nodeHost(entry: string, loadBackend: () => Promise<Backend>): Host {
  return {
    version: packageVersion(),
    env: process.env,
    stdout: outStream(process.stdout, 1),
    stderr: outStream(process.stderr, 2),
    run: (task, events) => {
      if (runsPrograms(task.invocation)) return runAbortable(task, loadBackend, events);
      return isLong(task.invocation) ? runInThread(entry, task, events) : runHere(task, loadBackend);
    },
  };
}

function runHere(task: Task, loadBackend: () => Promise<Backend>): Promise<Outcome> {
  const context = { loadBackend, style: task.style, signal: { aborted: false }, onProgress: () => undefined };
  return execute(task.invocation, context, task.debug);
}

/** Signals that end a process whose terminal is interrupted, closed, or that is told to end. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Any of {@link ENDING} ends the programs that the command runs, and then the command; the second one ends the process. */
async function runAbortable(
  task: Task,
  loadBackend: () => Promise<Backend>,
  { onProgress, onStopping }: HostEvents,
): Promise<Outcome> {
  const abort = new AbortController();
  const onSignal = (): void => {
    if (abort.signal.aborted) process.exit(EXIT.interrupted);
    abort.abort();
    onStopping();
  };
  for (const signal of ENDING) process.on(signal, onSignal);
  const context = { loadBackend, style: task.style, signal: abort.signal, abort: abort.signal, onProgress };
  const outcome = await execute(task.invocation, context, task.debug);
  for (const signal of ENDING) process.off(signal, onSignal);
  return outcome;
}

/** The first SIGINT asks the command to stop, the second one ends the process: nothing is half-written then either. */
async function runInThread(entry: string, task: Task, events: HostEvents): Promise<Outcome> {
  const thread = startTaskThread(entry, task, events);
  let interrupts = 0;
  const onInterrupt = (): void => {
    interrupts += 1;
    if (interrupts > 1) process.exit(EXIT.interrupted);
    thread.stop();
    events.onStopping();
  };
  process.on('SIGINT', onInterrupt);
  const outcome = await thread.outcome;
  process.off('SIGINT', onInterrupt);
  return outcome;
}

function outStream(stream: WriteStream, descriptor: number): OutStream {
  // without a listener an error of the stream, such as a closed pipe, would end the process with a stack
  stream.on('error', () => undefined);
  return {
    isTTY: isatty(descriptor),
    columns: stream.columns,
    write: (text) => new Promise((resolve) => stream.write(text, (error) => resolve(error ?? undefined))),
  };
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

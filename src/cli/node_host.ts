/** The host that a Node process is. */
import { readFileSync } from 'node:fs';
import { isatty, type WriteStream } from 'node:tty';
import type { Backend } from './backend.ts';
import { execute, isLong } from './execute.ts';
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
    run: (task, events) =>
      isLong(task.invocation) ? runInThread(entry, task, events) : runHere(task, loadBackend),
  };
}

function runHere(task: Task, loadBackend: () => Promise<Backend>): Promise<Outcome> {
  const context = { loadBackend, style: task.style, signal: { aborted: false }, onProgress: () => undefined };
  return execute(task.invocation, context, task.debug);
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

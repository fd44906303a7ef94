/**
 * Events to changes of the state. A call whose arguments cannot be read changes nothing and is handed back.
 */
import { CallContext } from './call_context.ts';
import type { Handler } from './call_context.ts';
import { DESCRIPTOR_CALLS } from './calls_descriptors.ts';
import { IO_CALLS } from './calls_io.ts';
import { MAPPING_CALLS } from './calls_mappings.ts';
import { NAME_CALLS } from './calls_names.ts';
import { PROCESS_CALLS, cloneFlags } from './calls_processes.ts';
import { UNMODELLED_CALLS } from './calls_unmodelled.ts';
import { decodeDescriptor } from './decode.ts';
import { Unusable } from './records.ts';
import type { Call, LogEvent } from './records.ts';
import type { World } from './world.ts';

const HANDLERS: ReadonlyMap<string, Handler> = new Map(
  Object.entries({
    ...DESCRIPTOR_CALLS,
    ...NAME_CALLS,
    ...IO_CALLS,
    ...MAPPING_CALLS,
    ...PROCESS_CALLS,
    ...UNMODELLED_CALLS,
  }),
);

/** Names that 32-bit programs see for calls that mean the same. */
const ALIASES: Readonly<Record<string, string>> = {
  mmap2: 'mmap',
  stat64: 'stat',
  lstat64: 'lstat',
  fstat64: 'fstat',
  fstatat64: 'newfstatat',
  truncate64: 'truncate',
  ftruncate64: 'ftruncate',
};

/** Applies one event. Gives back why, if it is a call that cannot be used. */
export function applyEvent(world: World, event: LogEvent): string | undefined {
  try {
    switch (event.kind) {
      case 'begun':
        noteClosing(world, event.pid, event.name, event.args);
        return undefined;
      case 'call':
        applyCall(world, event.call);
        return undefined;
      case 'birth': {
        const flags = cloneFlags(event.name, event.args);
        if (flags === undefined) return `the flags of ${event.name} are not printed`;
        world.birth(event.pid, event.child, flags, event.line);
        return undefined;
      }
      case 'exit':
        if (event.how.by === 'execve') world.supersede(event.pid, event.how.pid, event.line);
        else world.exit(event.pid, event.line);
        return undefined;
      case 'signal':
      case 'rejected':
        return undefined;
    }
  } catch (error) {
    if (error instanceof Unusable) return error.message;
    throw error;
  }
}

function applyCall(world: World, call: Call): void {
  const thread = world.thread(call.pid);
  if (call.command !== undefined) setCommand(world, call.pid, call.command);
  HANDLERS.get(ALIASES[call.name] ?? call.name)?.(new CallContext(world, thread, call));
}

function setCommand(world: World, pid: number, command: string): void {
  const thread = world.thread(pid);
  const record = world.tasks[thread.task];
  thread.command = command;
  if (record !== undefined) record.command = command;
}

function noteClosing(world: World, pid: number, name: string, args: readonly string[]): void {
  const [first] = args;
  if (name !== 'close' || first === undefined || !/^\d/.test(first)) return;
  const thread = world.thread(pid);
  thread.closing = thread.files.get(decodeDescriptor(first).fd);
}

/**
 * Events to changes of the state. A call whose arguments cannot be read changes nothing and is handed back.
 */
import { CallContext } from './call_context.ts';
import type { Handler } from './call_context.ts';
import { COPY_CALLS } from './calls_copies.ts';
import { DESCRIPTOR_CALLS } from './calls_descriptors.ts';
import { IO_CALLS } from './calls_io.ts';
import { MAPPING_CALLS } from './calls_mappings.ts';
import { NAME_CALLS } from './calls_names.ts';
import { PROCESS_CALLS, cloneFlags } from './calls_processes.ts';
import { UNMODELLED_CALLS } from './calls_unmodelled.ts';
import { decodeDescriptor } from './decode.ts';
import { applyFault } from './faults.ts';
import { PathNotShown, Unusable, succeeded } from './records.ts';
import type { Call, LogEvent } from './records.ts';
import type { World } from './world.ts';

const HANDLERS: ReadonlyMap<string, Handler> = new Map(
  Object.entries({
    ...DESCRIPTOR_CALLS,
    ...NAME_CALLS,
    ...IO_CALLS,
    ...COPY_CALLS,
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
        const flags = cloneFlags(event.name, event.args) ?? assumedFlags(world, event);
        if (flags === undefined) return `the flags of ${event.name} are not printed`;
        world.birth(event.pid, event.child, flags, event.line);
        return undefined;
      }
      case 'fault':
        applyFault(world, event.pid, event.fault, event.line);
        return undefined;
      case 'exit':
        if (event.how.by === 'execve') world.supersede(event.pid, event.how.pid, event.line);
        else world.exit(event.pid, event.line);
        return undefined;
      case 'signal':
      case 'rejected':
        return undefined;
    }
  } catch (error) {
    if (error instanceof PathNotShown && event.kind === 'call') {
      countNotShown(world, event.call);
      return undefined;
    }
    if (error instanceof Unusable) return error.message;
    throw error;
  }
}

/** Calls of a format that never prints clone3's flags are taken for new threads, and counted. */
function assumedFlags(
  world: World,
  { pid, name, line }: Extract<LogEvent, { kind: 'birth' }>,
): number | undefined {
  const flags = world.format.unprintedCloneFlags;
  if (flags !== undefined)
    world.emit(world.thread(pid), line, { kind: 'not_modelled', name: `${name}:flags_not_printed` });
  return flags;
}

/** Calls that only ask, of which nothing is lost with the path. */
const ASKING = /^(?:stat|lstat|newfstatat|statx|execve|execveat)$/;

function countNotShown(world: World, call: Call): void {
  if (!succeeded(call) || ASKING.test(call.name)) return;
  const effect = { kind: 'not_modelled', name: `${call.name}:path_not_printed` } as const;
  world.emit(world.thread(call.pid), call.startLine, effect);
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

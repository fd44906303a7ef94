/**
 * Calls that begin and end programs. Births come as events of their own (births.ts).
 */
import type { Handler } from './call_context.ts';
import { CLONE_FLAGS, CLONE_VFORK, CLONE_VM } from './constants.ts';
import { decodeFlags, structField } from './decode.ts';

/** What a fork-like call's child shares with its parent, as CLONE_* bits; undefined if that is not printed. */
export function cloneFlags(name: string, args: readonly string[]): number | undefined {
  if (name === 'fork') return 0;
  if (name === 'vfork') return CLONE_VM | CLONE_VFORK;
  const struct = name === 'clone3' ? structField(args[0] ?? '', 'flags') : undefined;
  const text = struct ?? args.find((arg) => arg.startsWith('flags='))?.slice('flags='.length);
  return text === undefined ? undefined : decodeFlags(text, CLONE_FLAGS);
}

const execve: Handler = (context) => {
  if (!context.ok) return;
  const index = context.call.name === 'execveat' ? 1 : 0;
  const path = context.call.args[index];
  const command = path?.startsWith('"') === true ? context.path(index).split('/').at(-1) : undefined;
  context.world.execute(context.thread, command, context.call.startLine);
};

const exit: Handler = ({ thread, call, world }) => {
  thread.exitLine = call.startLine;
  if (world.format.hasExitLines) return;
  const group = call.name === 'exit' ? [thread] : [...world.threads.values()];
  for (const { pid, mm } of group) if (mm === thread.mm) world.exit(pid, call.startLine);
};

export const PROCESS_CALLS: Readonly<Record<string, Handler>> = {
  execve,
  execveat: execve,
  exit,
  exit_group: exit,
};

/**
 * Which calls a freeze of the filesystem waits for: those between sb_start_write() and sb_end_write(), or, of write faults, between
 * sb_start_pagefault() and its end. The state has only their number; who they are follows from the paths that a task is in.
 */
import type { Code } from '../machine/code.ts';
import { TASK } from '../machine/task.ts';
import { SB_FREEZE_WRITE, sb_start_pagefault, sb_start_write } from '../kernel/fs/super.ts';
import { WAIT } from '../kernel/kernel.ts';
import type { System } from '../drivers/system.ts';
import type { Session } from './session.ts';

/** Per program and level: names of the paths that enter it. */
const entering = new WeakMap<Code<System>, Map<number, ReadonlySet<string>>>();

function pathsEntering(code: Code<System>, level: number): ReadonlySet<string> {
  const levels = entering.get(code) ?? new Map<number, ReadonlySet<string>>();
  entering.set(code, levels);
  const known = levels.get(level);
  if (known !== undefined) return known;
  const enter = level === SB_FREEZE_WRITE ? sb_start_write : sb_start_pagefault;
  const calls = code.instructions.filter(({ callsAlways }) => callsAlways === enter);
  const names = new Set(calls.map(({ path }) => path.name));
  levels.set(level, names);
  return names;
}

/** A task inside a call that a freeze waits for: one that sleeps if there is one. -1 when there is none. */
export function insideLevel(session: Session, freezer: number, level: number): number {
  const { m } = session.system;
  const names = pathsEntering(session.system.options.code as unknown as Code<System>, level);
  const isInside = (task: number): boolean =>
    m.tasks.get(task, TASK.wait_kind) !== WAIT.thaw &&
    // A fault that only reads enters nothing.
    m.frames(task).some(({ path, frame }) => names.has(path) && frame['write'] !== 0);
  const inside = Array.from({ length: m.count }, (_, task) => task).filter(
    (task) => task !== freezer && isInside(task),
  );
  return inside.find((task) => m.asleep(task)) ?? inside[0] ?? -1;
}

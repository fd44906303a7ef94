/**
 * Who may change a filesystem just now: the sb_start_write() family of include/linux/fs.h, 6.1.
 *
 * A level is a percpu rwsem: who is inside holds it for read, freeze_super() takes it for write and keeps it until the
 * thaw. Here it is a count of who is inside and the level in s_writers.frozen. freeze.ts has the other side.
 *
 * Left out: lockdep's view of it, trylock forms.
 */
import { type Kernel, path, SB, WAIT } from '../kernel.ts';

/** Values of s_writers.frozen. */
export const SB_UNFROZEN = 0;
export const SB_FREEZE_WRITE = 1;
export const SB_FREEZE_PAGEFAULT = 2;
export const SB_FREEZE_FS = 3;
export const SB_FREEZE_COMPLETE = 4;

/** True when the filesystem is frozen: nothing may write to it. */
export const is_frozen = (k: Kernel): boolean => k.sb.get(0, SB.frozen) === SB_FREEZE_COMPLETE;

/** True when a freeze keeps this level out. */
export const level_closed = (k: Kernel, level: number): boolean => k.sb.get(0, SB.frozen) >= level;

const startWrite = (name: string, level: number, column: number) =>
  path(name, [], ({ act, mark, branch, jump, sleep, ret }) => [
    mark('again'),
    branch('open', (k) => !level_closed(k, level), 'enter'),
    sleep('percpu_down_read', 'TASK_UNINTERRUPTIBLE', () => ({ kind: WAIT.thaw, a: level, b: 0 })),
    jump('again'),
    mark('enter'),
    act('inside', (k) => {
      k.sb.set(0, column, k.sb.get(0, column) + 1);
    }),
    ret(),
  ]);

/** sb_start_write(): for system calls that change files; before any lock of an inode. */
export const sb_start_write = startWrite('sb_start_write', SB_FREEZE_WRITE, SB.writers);

/** sb_start_pagefault(): for write faults on shared mappings; the caller holds mmap_lock. */
export const sb_start_pagefault = startWrite('sb_start_pagefault', SB_FREEZE_PAGEFAULT, SB.faults);

function end_write(k: Kernel, column: number, level: number): void {
  const inside = k.sb.get(0, column) - 1;
  k.sb.set(0, column, inside);
  if (inside === 0) k.m.queues.wakeAll(WAIT.writers, level, 0);
}

export const sb_end_write = (k: Kernel): void => {
  end_write(k, SB.writers, SB_FREEZE_WRITE);
};

export const sb_end_pagefault = (k: Kernel): void => {
  end_write(k, SB.faults, SB_FREEZE_PAGEFAULT);
};

/** What broke, in the words of the kernel: the first line of a story. */

const HEADLINES: Readonly<Record<string, string>> = {
  truncate_never_blocked: 'truncate blocked by a device driver',
  punch_hole_never_blocked: 'fallocate (or reflink) blocked by a device driver',
  layout_break: 'blocks freed although the layout break had found a busy page',
  private_copies: "a process's private (COW) page shows the wrong data or moved away from its pin",
  frozen_not_written: 'write to a frozen filesystem',
  I1: 'use after free: device DMA to a block that no longer belongs to the file page',
  I2: 'a system call waits for something that only user space can end',
  I3: 'data loss: fsynced data would not survive a crash',
  I4: 'stale device page table entry',
  I5: 'read returns other data than was last written',
  I6: 'circular wait (deadlock)',
  I7: 'lost wakeup',
  I9: 'write to a page that is read-only or that the filesystem believes clean',
  I10: 'use after free: mm or driver object used after it is gone',
  I11: 'page references or pinned-page accounting out of balance',
  I12: 'no forward progress: a task loops or sleeps for ever',
  I13: 'a task waits for the device of a file it has nothing to do with',
  I14: 'system call returns the wrong error',
  I15: 'access beyond the end of the file succeeds after truncate',
};

/** `title`: what is said of a property that is not in the table. */
export function headlineOf(property: string, title: string): string {
  return HEADLINES[property] ?? `violated: ${title}`;
}

/** What broke, in the words of the kernel, and what somebody loses by it: the first lines of a story. */

interface InWords {
  readonly headline: string;
  /** What it means for a user of the machine. */
  readonly harm: string;
}

const HANGS =
  'the call hangs until the holder lets go or a signal comes, and behind it every write, truncate and punch of the file (on DAX every read too), since it sleeps with i_rwsem held.';

const IN_WORDS: Readonly<Record<string, InWords>> = {
  truncate_never_blocked: { headline: 'truncate blocked by a device driver', harm: HANGS },
  punch_hole_never_blocked: {
    headline: 'fallocate (or reflink) blocked by a device driver',
    harm: HANGS,
  },
  layout_break: {
    headline: 'blocks freed although the layout break had found a busy page',
    harm: 'somebody can still reach blocks that the filesystem may now give to another file.',
  },
  private_copies: {
    headline: 'a process and its device no longer share a private (COW) page',
    harm: 'what DMA brings is lost to the program, or another process sees it.',
  },
  frozen_not_written: {
    headline: 'write to a frozen filesystem',
    harm: 'a snapshot taken during the freeze is not of one moment.',
  },
  I1: {
    headline: 'use after free: device DMA to a block that no longer belongs to the file page',
    harm: 'once the block is given to another file, a device write corrupts that and a device read discloses it.',
  },
  I2: {
    headline: 'a system call waits for something that only user space can end',
    harm: 'another program decides how long the call takes, and it may be for ever.',
  },
  I3: {
    headline: 'data loss: fsynced data would not survive a crash',
    harm: 'fsync has returned 0, and after a power cut the data is not there.',
  },
  I4: {
    headline: 'stale device page table entry',
    harm: 'the device can still reach a page that the kernel believes to be out of its reach; once the block is part of another file, its next DMA reaches that.',
  },
  I5: {
    headline: 'read returns other data than was last written',
    harm: 'a program or a device goes on with wrong data, and nothing has failed.',
  },
  I6: {
    headline: 'circular wait (deadlock)',
    harm: 'the tasks of the circle hang, and with them whoever wants a lock that they hold.',
  },
  I7: {
    headline: 'lost wakeup',
    harm: 'a task sleeps on although what it waits for has come: it hangs until something else happens to wake it, if anything does.',
  },
  I8: {
    headline: 'device refused what its process may read',
    harm: 'the device fails where the CPU would have succeeded, and the program sees an I/O error that is no error of its own.',
  },
  I9: {
    headline: 'write to a page that is read-only or that the filesystem believes clean',
    harm: 'the write changes what was to be protected, or is never written back: data is lost though each call succeeded.',
  },
  I10: {
    headline: 'mm or driver object used after its last user is gone',
    harm: 'kernel code works on something that may be torn down under it: what comes next can be a crash or a use after free.',
  },
  I11: {
    headline: 'page references or pinned-page accounting out of balance',
    harm: 'a reference too many keeps truncate and umount waiting for ever, one too few frees a page in use; a wrong account refuses later pins.',
  },
  I12: {
    headline: 'no forward progress: a task loops or sleeps for ever',
    harm: 'the call never ends though nobody holds anything against it.',
  },
  I13: {
    headline: 'a task waits for the device of a file it has nothing to do with',
    harm: 'users of other files stand still behind a device they do not know of.',
  },
  I14: {
    headline: 'system call returns the wrong error',
    harm: 'the program is told what did not happen, and acts on it.',
  },
  I15: {
    headline: 'access beyond the end of the file succeeds after truncate',
    harm: 'data that the file no longer has can still be read, and writes there vanish, where SIGBUS was due.',
  },
};

/** `title`: what is said of a property that is not in the table. */
export function headlineOf(property: string, title: string): string {
  return IN_WORDS[property]?.headline ?? `violated: ${title}`;
}

/** What somebody loses; null for a property that is not in the table. */
export function harmOf(property: string): string | null {
  return IN_WORDS[property]?.harm ?? null;
}

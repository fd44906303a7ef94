/** K223 to K227: corrections and refinements found on a second reading of 6.1.192 and 6.12.117. */
import type { Fact } from './fact.ts';

export const CORRECTION_FACTS: readonly Fact[] = [
  {
    id: 'K223',
    title: 'E1 is not one set of rules',
    text:
      'By 6.12 ext4 had already moved locks, drain and break into ext4_fallocate (K58), and its punch had stopped ' +
      'writing the range back beforehand (K52). A ZERO_RANGE within one block waits for pins there but not in ' +
      '6.1, and XFS no longer flushes when truncating down. Each of these is a rule of a release, not of an era.',
    sources: [
      'fs/ext4/extents.c:ext4_fallocate (6.1.192, 6.12.117)',
      'fs/ext4/inode.c:ext4_punch_hole (6.1.192, 6.12.117)',
      'fs/xfs/xfs_iops.c:xfs_setattr_size (6.1.192, 6.12.117)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/release/rules.ts', 'src/kernel/release/releases.ts'],
      shownBy: ['src/kernel/release/releases.test.ts'],
    },
  },
  {
    id: 'K224',
    title: 'ext4 6.1: traces left when the break is interrupted',
    text:
      'An unaligned ZERO_RANGE preallocates its edges, and may grow the file, ahead of the break; in both ZERO ' +
      'and PUNCH, file_modified (time stamps, suid) also runs earlier. A signal during the wait thus frees and ' +
      'moves nothing but can leave marks.',
    sources: ['fs/ext4/extents.c:ext4_zero_range (6.1.192)', 'fs/ext4/inode.c:ext4_punch_hole (6.1.192)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/ext4.ts'],
      without: ['attributes'],
    },
  },
  {
    id: 'K225',
    title: 'A mirror holds no page, but its faults hold locks',
    text:
      'While a fault of the mirror runs it has DAX entry locks, invalidate_lock shared and mmap_lock, and a ' +
      'filesystem operation may wait for these that long. As an rwsem hands itself to a waiting writer, even ' +
      'endless device faults cannot starve the operation.',
    sources: ['kernel/locking/rwsem.c (6.1), HANDOFF'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: [
        'src/drivers/hmm_mirror.ts',
        'src/kernel/mm/hmm.ts',
        'src/kernel/fs/dax_fault.ts',
        'src/machine/lock.ts',
      ],
      shownBy: ['src/drivers/hmm_mirror.test.ts'],
    },
  },
  {
    id: 'K226',
    title: 'A notifier driver can block as well',
    text:
      "amdgpu's callback waits for fences without a limit (K155), so a GPU job under user control can delay a " +
      'truncate through the notifier. Having a notifier is no promise: what the callback waits for decides.',
    sources: ['drivers/gpu/drm/amd/amdgpu/amdgpu_mn.c (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/hmm_mirror.ts', 'src/drivers/device.ts'],
      fault: 'the callback waits for a fence that user space signals',
    },
  },
  {
    id: 'K227',
    title: 'Reflink: which inode is locked first decides',
    text: 'In K59 the order of source and destination inode determines whether a pin is slept for or spun on.',
    sources: ['fs/xfs/xfs_inode.c:xfs_mmaplock_two_inodes_and_break_dax_layout (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/xfs_reflink.ts'],
      shownBy: ['src/kernel/fs/xfs_reflink.test.ts'],
    },
  },
];

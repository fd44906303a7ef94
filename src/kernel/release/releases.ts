/**
 * The kernel releases the model knows.
 */
import type { Release } from './rules.ts';

const LINUX_6_1: Release = {
  name: 'linux-6.1',
  source: 'linux 6.1.192 (Debian linux-source-6.1)',
  rules: {
    layout_break_skips_unmapped_file: true,
    busy_scan_skips_locked_entry: true,
    writeback_skips_locked_entry: true,
    read_fault_dirties_entry: true,
    write_unmaps_copied_blocks: false,
    bio_release_wakes_nobody: true,
    ext4_punch_writes_back_first: true,
    ext4_fallocate_breaks_first: false,
    xfs_truncate_flushes_new_eof: true,
    longterm_refused_on_fsdax: true,
    longterm_write_refused_on_tracked_file: false,
    buffered_write_makes_large_folios: false,
  },
};

/**
 * What of 6.12 no rule says yet: a read fault on a shared block unmaps the page first and marks it so that a pin for reading
 * tries without end (left_out.ts, shared_read_pins), and page faults can hold the lock of their
 * VMA in the place of mmap_lock.
 */
const LINUX_6_12: Release = {
  name: 'linux-6.12',
  source: 'linux 6.12.117 (Debian linux-source-6.12)',
  rules: {
    ...LINUX_6_1.rules,
    read_fault_dirties_entry: false,
    write_unmaps_copied_blocks: true,
    bio_release_wakes_nobody: false,
    ext4_punch_writes_back_first: false,
    ext4_fallocate_breaks_first: true,
    xfs_truncate_flushes_new_eof: false,
    longterm_write_refused_on_tracked_file: true,
    buffered_write_makes_large_folios: true,
  },
};

export const RELEASES: readonly Release[] = [LINUX_6_1, LINUX_6_12];

/** Throws RangeError for a name that is not in {@link RELEASES}. */
export function releaseNamed(name: string): Release {
  const release = RELEASES.find((candidate) => candidate.name === name);
  if (release === undefined)
    throw new RangeError(`unknown kernel ${name}: one of ${RELEASES.map((r) => r.name).join(', ')}`);
  return release;
}

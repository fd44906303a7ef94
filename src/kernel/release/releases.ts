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
    read_fault_dirties_entry: true,
    ext4_punch_writes_back_first: true,
    xfs_truncate_flushes_new_eof: true,
    longterm_refused_on_fsdax: true,
  },
};

export const RELEASES: readonly Release[] = [LINUX_6_1];

/** Throws RangeError for a name that is not in {@link RELEASES}. */
export function releaseNamed(name: string): Release {
  const release = RELEASES.find((candidate) => candidate.name === name);
  if (release === undefined)
    throw new RangeError(`unknown kernel ${name}: one of ${RELEASES.map((r) => r.name).join(', ')}`);
  return release;
}

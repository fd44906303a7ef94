/** The workloads that come along: logs of real programs and scenarios, by name. */
import { fileURLToPath } from 'node:url';
import { InputError } from '../input_error.ts';
import { didYouMean } from '../scenario/suggest.ts';

export interface CatalogueEntry {
  readonly name: string;
  /** One line, without a full stop. */
  readonly title: string;
  readonly kind: 'log' | 'scenario';
  /** Path of the file on this machine. */
  readonly file: string;
}

function path(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

function log(name: string, title: string): CatalogueEntry {
  return { name, title, kind: 'log', file: path(`./logs/${name}.strace.gz`) };
}

function scenario(name: string, title: string): CatalogueEntry {
  return { name, title, kind: 'scenario', file: path(`./scenarios/${name}.yaml`) };
}

/** Logs first, then scenarios from the single effect to the whole story. */
export const CATALOGUE: readonly CatalogueEntry[] = [
  log(
    't_mmap_collision',
    'xfstests generic/503: threads truncate, punch, collapse and zero a file that others have mapped',
  ),
  log(
    'fio-mmap-punch',
    'fio: one job reads and writes a file through mmap while another punches holes in it',
  ),
  log('sqlite-mmap', 'SQLite with mmap_size: vacuums shrink the database file while it is mapped'),
  log(
    'journal-remote',
    'systemd-journal-remote: journal files grow and are cut back while windows of them are mapped',
  ),
  log('xfs_io-mapped', 'xfs_io: every fallocate mode and truncate on files with live mappings, on XFS'),
  scenario('pin_delays_punch_of_another_page', 'A pin on page 500 delays a hole punched at page 10'),
  scenario('pin_delays_growing', 'A pin delays a truncate that only makes the file longer'),
  scenario('preallocation_waits_on_xfs_only', 'Preallocation waits for a pin on XFS and not on ext4'),
  scenario(
    'fsync_does_not_wait_for_pin',
    'fsync waits neither for a pin nor for the truncate that waits for it',
  ),
  scenario(
    'write_waits_for_the_waiter_not_the_pin',
    'A write waits for the truncate that waits for the pin, never for the pin itself',
  ),
  scenario(
    'release_wakes_the_waiter',
    'The truncate goes on when the last of two pins is released, not before',
  ),
  scenario('signal_ends_the_wait', 'A signal ends a truncate that waits for a pin, and nothing has happened'),
  scenario(
    'signal_during_unaligned_zero_range',
    'A signal ends an unaligned ZERO_RANGE, but on ext4 the file has grown',
  ),
  scenario('longterm_refused', 'A long-term pin of a DAX file mapping is refused'),
  scenario(
    'pin_munmap_truncate_frees_under_pin',
    'After munmap a truncate frees blocks that are still pinned',
  ),
  scenario(
    'pin_munmap_close_unlink_frees_under_pin',
    'After munmap and close an unlink frees blocks that are still pinned',
  ),
  scenario('case1_direct_io', 'Case 1 of pin_user_pages.rst, direct I/O with a buffer in a mapped DAX file'),
  scenario('case2_rdma_longterm', 'Case 2 of pin_user_pages.rst, RDMA with long-term pins'),
  scenario('case3_notifier_driver', 'Case 3 of pin_user_pages.rst, a driver that registers a notifier'),
  scenario('case4_struct_page_only', 'Case 4 of pin_user_pages.rst, code that only looks at struct page'),
  scenario('case5_cpu_write', 'Case 5 of pin_user_pages.rst, kernel code that writes into user pages'),
  scenario('rdma_like_registration', 'Register a mapped DAX file, truncate it, deregister'),
  scenario('gpu_like_reader_of_a_truncated_file', 'A GPU reads a mapped DAX file that is truncated under it'),
];

/** Throws InputError for a name that is not in the catalogue. */
export function catalogueEntry(name: string): CatalogueEntry {
  const found = CATALOGUE.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  const names = CATALOGUE.map((entry) => entry.name);
  throw new InputError({ file: name, problem: 'is not in the catalogue', hint: didYouMean(name, names) });
}

/**
 * The facts that were derived by reading and not confirmed by anything, and how a real kernel is asked: which
 * scenes of the guest's second program, and what is seen there if the fact holds.
 */

/** What has to be seen: all values of that name in the scene, in order, with commas between them. */
export interface Expectation {
  readonly scene: string;
  readonly name: string;
  readonly value: string;
}

export interface DisputedFact {
  /** A fact's number, or a name for a finding of this project. */
  readonly id: string;
  readonly claim: string;
  /** How it is staged; of one that is not, why not. */
  readonly how: string;
  /** Empty: not staged. */
  readonly expects: readonly Expectation[];
}

function inScene(scene: string, expected: Readonly<Record<string, string>>): Expectation[] {
  return Object.entries(expected).map(([name, value]) => ({ scene, name, value }));
}

function notStaged(id: string, claim: string, how: string): DisputedFact {
  return { id, claim, how, expects: [] };
}

const STAGED_FACTS: readonly DisputedFact[] = [
  {
    id: 'K35',
    claim:
      'A break waits for one page per round, at most as many rounds as there are holders, and without end while new pins come.',
    how: 'three pages with a holder each, let go in the order of the pages and in the other; then twelve pins, each taken before the one before it is let go; rounds are counted by the notifications that a mirror of another page gets',
    expects: inScene('K35', {
      rounds_in_order: '1, 2, 3, completed',
      rounds_in_other_order: '1, 1, 1, completed',
      relays_that_kept_it_waiting: '12 of 12',
      truncate_after_them: 'blocked',
      truncate_after_release: 'completed',
    }),
  },
  {
    id: 'K43',
    claim: 'A read pin of a hole goes on reading zeros when the block is there; a mirror is told.',
    how: 'a pin of one page of a hole, a mirror of the next; another process writes both through a mapping',
    expects: inScene('K43', {
      write_through_a_mapping: 'completed',
      mirror_was_told: 'yes',
      pin_reads_after: '0',
      mirror_reads_after: 'w5',
      cpu_reads_the_pinned_page: 'w4',
    }),
  },
  {
    id: 'K53',
    claim:
      'ext4 keeps the blocks of a ZERO_RANGE: a stale device write is lost behind zeros and leaks to nobody.',
    how: 'pages pinned and unmapped (so that nothing waits, K63), zeroed by another process, written by the device, read with pread',
    expects: inScene('K53', {
      zero_range: 'completed',
      block: 'the same, unwritten',
      device_reads: 'd4',
      file_has: '0',
    }),
  },
  {
    id: 'K54',
    claim: 'After ext4 COLLAPSE_RANGE a stale translation of offset X addresses the data of offset X-len.',
    how: 'as K53, with four pages collapsed at page 4; the device writes through what was page 8',
    expects: inScene('K54', {
      collapse: 'completed',
      file_has_at_page_4: 'f8',
      file_has_at_page_4_after_device_wrote_page_8: 'd8',
    }),
  },
  {
    id: 'K60',
    claim:
      'Copy on write of a shared XFS block waits for no reader: who holds the old block goes on reading old data.',
    how: 'pages of a clone held for reading (FOLL_GET); another process writes them, once by write(2), once through a mapping',
    expects: ['K60_write', 'K60_fault'].flatMap((scene) =>
      inScene(scene, {
        write: 'completed',
        block_after: 'another',
        device_reads_after: 'f4',
        file_has: 'w4',
        other_file_has: 'f4',
      }),
    ),
  },
  {
    id: 'K62',
    claim: 'The eviction of a file waits for no pin: its blocks are reused under the device.',
    how: 'pages pinned, unmapped, the file closed and unlinked, on a filesystem that is full else; a new file gets the block; the device writes',
    expects: inScene('K62', { unlink: 'completed', block_reused: 'yes', other_file_has: 'd4' }),
  },
  {
    id: 'K63',
    claim: 'A pinned page of a file that nobody maps is not waited for.',
    how: 'pages pinned and unmapped, then truncated; the control is the same with a second process that maps the file',
    expects: inScene('K63', {
      truncate: 'completed',
      size_and_blocks: '0 0',
      truncate_while_another_process_maps_the_file: 'blocked',
      that_truncate_after_release: 'completed',
    }),
  },
  {
    id: 'K65',
    claim:
      'After fsync a pin writes with the mark clear, and the next fsync flushes nothing; a mirror has to fault first.',
    how: 'a device writes a page, fsync, the device writes again, fsync: pages flushed by each, from the trace point dax_writeback_one',
    expects: inScene('K65', {
      pages_flushed_under_pin: 'first fsync flushed, second 0',
      pages_flushed_under_mirror: 'first fsync flushed, second 1',
    }),
  },
  {
    id: 'K81',
    claim: 'Unbinding persistent memory does not wait for pins.',
    how: 'a pin on a mounted ext4-DAX, then unbind of the namespace by another process; in a guest of its own',
    expects: inScene('K81', { unbind_under_a_pin_and_a_mount: 'completed' }),
  },
  {
    id: 'K158',
    claim: 'A driver that hears of the invalidation but keeps its pins (as i915) stalls a truncate.',
    how: 'the probe as such a driver: it pins in its fault and lets go at the next fault or at the end',
    expects: inScene('K158', {
      truncate: 'blocked',
      driver_was_told: 'yes',
      truncate_after_release: 'completed',
    }),
  },
  {
    id: 'K211',
    claim: 'A clone whose pinned source has the higher inode number spins and cannot be killed.',
    how: "FICLONE from a file with a pinned page, its inode number above and, as a control, below the target's; SIGKILL",
    expects: inScene('K211', {
      clone_source_above: 'blocked',
      clone_source_above_waits: 'R -',
      clone_source_above_killable: 'no',
      clone_source_below_killable: 'yes',
    }),
  },
  {
    id: 'K213',
    claim:
      "A page that vmsplice put into a pipe outlives its file: the pipe's reader gets another file's bytes.",
    how: 'as K62 with the pages in a pipe and no probe',
    expects: inScene('K213', {
      unlink: 'completed',
      block_reused: 'yes',
      pipe_has: "the other file's bytes",
    }),
  },
  {
    id: 'K215',
    claim: 'A block held for reading through one owner is freed by the other, which has no entry for it.',
    how: 'pages of a clone held for reading; their file is written and moves off them; the other owner, mapped, is truncated; a third file gets the block',
    expects: inScene('K215', {
      write_to_the_pinned_file: 'completed',
      truncate_of_the_other_owner: 'completed',
      block_reused: 'yes',
      device_reads: 'o0',
    }),
  },
];

const SYNC_STORE =
  'a store through such a mapping of a clone that was synced; forces of the log are counted; then a shutdown of the filesystem that loses what is not committed, mount, pread';

const FINDINGS: readonly DisputedFact[] = [
  {
    id: 'truncate_in_huge_entry',
    claim:
      'A truncate inside a dirty 2 MiB entry takes the dirty mark of the pages that stay: the next fsync flushes none of them.',
    how: 'a file of 2 MiB written through one entry, cut in half, fsync: pages flushed; the control has entries of 4 KiB. What a power cut would lose cannot be seen here: the memory has no caches to lose',
    expects: inScene('huge_truncate', {
      entries: 'of 2 MiB',
      pages_flushed_with_no_cut: '512',
      entries_again: 'of 2 MiB',
      pages_flushed_after_cut_in_2_mib_entry: '0',
      pages_flushed_after_cut_in_4_kib_entries: '256',
    }),
  },
  {
    id: 'sync_mapping_of_shared_block',
    claim:
      'A MAP_SYNC mapping of a shared XFS block becomes writable with no commit where blocks for copies were set aside before: a power cut brings the old data back.',
    how: `${SYNC_STORE}. Page 4 is stored to and synced; then page 5, for which XFS set a block aside with the first (cowextsize). The controls are a hole, whose block is new, and a block that was committed before`,
    expects: [
      ...inScene('sync_hole', { log_forced_by_the_store: 'yes', file_has_after_power_cut: 'w4' }),
      ...inScene('sync_written', { log_forced_by_the_store: 'no', file_has_after_power_cut: 'w4' }),
      ...inScene('sync_shared_next', { log_forced_by_the_store: 'no', file_has_after_power_cut: 'f5' }),
    ],
  },
  {
    id: 'sync_mapping_of_first_shared_block',
    claim: 'The same of the first shared block that is copied, with none set aside.',
    how: `${SYNC_STORE}: page 4, the first`,
    expects: inScene('sync_shared', { log_forced_by_the_store: 'no', file_has_after_power_cut: 'f4' }),
  },
  {
    id: 'stale_after_write',
    claim:
      'write(2) of a shared XFS block leaves the page tables of mappings with the old block: reads there show it, a store faults without end; a new mapping shows the new block.',
    how: 'a clone mapped and read, then written by another process with write(2): what the old mapping and a fresh one read, and a store through the old one',
    expects: inScene('stale_write', {
      file_has: 'w4',
      old_mapping_reads: 'f4',
      fresh_mapping_reads: 'w4',
      store_through_the_old_mapping: 'blocked',
      store_through_the_old_mapping_waits: 'R -',
    }),
  },
  {
    id: 'stale_after_unshare',
    claim: 'UNSHARE_RANGE of a shared XFS block leaves the page tables of mappings with the old block.',
    how: 'as stale_after_write, with an UNSHARE_RANGE before the write(2)',
    expects: inScene('stale_unshare', { file_has: 'w4', old_mapping_reads: 'f4' }),
  },
  {
    id: 'K174',
    claim:
      'The scan for busy pages steps over an entry that is locked when it comes by, and a truncate frees a pinned block.',
    how: "a fault's lock is out of reach, since the truncate and the fault exclude each other by invalidate_lock; an fsync's is not: it has the entry of a pinned page locked while it waits in the slow callback of a mirror; then a truncate",
    expects: inScene('K174', {
      fsync_still_in_its_callback: 'yes',
      truncate_after_fsync: 'completed',
    }),
  },
  {
    id: 'read_pin_of_shared_block',
    claim:
      'FOLL_PIN for reading of a shared XFS block that was only read does not return (found while K60 was staged).',
    how: 'the probe pins a page of a clone for reading, in a process of its own; the page was read, or written, before',
    expects: inScene('shared_read_pin', {
      pin_after_a_read: 'blocked',
      pin_after_a_read_waits: 'R -',
      pin_after_a_read_killable: 'yes',
      pin_after_a_write: 'completed',
    }),
  },
];

const LATER = 'it is about 6.15 and later; the kernels here are 6.1 and 6.12';
const ARGUMENT = 'it weighs other facts, and no single run decides it';

const OTHER_FACTS: readonly DisputedFact[] = [
  notStaged('K39', 'Breaking a layout of the whole file loses dirty marks in E2.', LATER),
  notStaged(
    'K89',
    'A long-term pin of a hole is refused as for any page of the file.',
    'its zero-page half is K43; the refusal is a cell of the matrix (gup_longterm)',
  ),
  notStaged(
    'K120',
    "A driver lock held across a fault closes a cycle with the filesystem's locks.",
    'only a driver with that mistake shows it, and it hangs the guest; what it says of the kernel is the order of its locks',
  ),
  notStaged(
    'K127',
    'A stream of invalidations elsewhere in the mm can stretch the wait of mmu_interval_read_begin.',
    'the stream has to overlap without a gap, which two emulated processors give by chance only',
  ),
  notStaged('K130', 'Why the protocol of the mirror is correct.', ARGUMENT),
  notStaged(
    'K148',
    'Why pages of DAX files cannot migrate.',
    'the kernels here have no device memory to migrate to (CONFIG_DEVICE_PRIVATE is off)',
  ),
  notStaged('K170', 'Which case of pin_user_pages.rst a driver is.', ARGUMENT),
  notStaged('K212', 'i915 keeps its pins through invalidation.', 'it is K158 seen as a bug'),
  notStaged('K214', 'E2 forgets which blocks are dirty.', LATER),
  notStaged('K216', 'Which scheme can keep which invariant.', ARGUMENT),
  notStaged('K219', 'How the dma-map helper ended.', ARGUMENT),
];

/** In the order in which they are published. */
export const DISPUTED_FACTS: readonly DisputedFact[] = [...STAGED_FACTS, ...FINDINGS, ...OTHER_FACTS];

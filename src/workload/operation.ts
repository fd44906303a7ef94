/**
 * The operation vocabulary: what user space can ask for.
 *
 * Every workload (a strace log, a scenario file, a generated run, a catalogue entry) is a list of these, and
 * every driver is given the same list. Files, tasks, address spaces and regions are named by their index in
 * the workload's own lists. Addresses are whole pages of virtual memory, `to` is exclusive.
 */
import type { Offset } from './offset.ts';

/** Index into {@link Workload.files}. */
export type FileIndex = number;
/** Index into {@link Workload.tasks}. */
export type TaskIndex = number;
/** Index into {@link Workload.regions}: a range of memory that a device is given, by name. */
export type RegionIndex = number;

/** A byte range of a file; `end` is exclusive. */
interface FileRange {
  readonly file: FileIndex;
  readonly start: Offset;
  readonly end: Offset;
}

/** A range of virtual pages; `to` is exclusive. */
interface AddressRange {
  readonly from: number;
  readonly to: number;
}

export type Operation =
  /** open(2) without O_TRUNC of a modelled file: takes a reference that close(2) drops. */
  | { readonly kind: 'open'; readonly file: FileIndex }
  /** open(2) with O_TRUNC: do_truncate to 0, then a reference. */
  | { readonly kind: 'open_trunc'; readonly file: FileIndex }
  | { readonly kind: 'close'; readonly file: FileIndex }
  /** truncate(2) or ftruncate(2), down, up or to the same size. */
  | { readonly kind: 'truncate'; readonly file: FileIndex; readonly size: Offset }
  /** fallocate(2), one kind per mode. */
  | ({ readonly kind: 'alloc' | 'zero'; readonly keepSize: boolean } & FileRange)
  | ({ readonly kind: 'punch' | 'collapse' | 'insert' | 'unshare' } & FileRange)
  | ({ readonly kind: 'read' } & FileRange)
  /** write(2); `direct`: on a descriptor with O_DIRECT, which a DAX file does not look at. */
  | ({ readonly kind: 'write'; readonly direct?: boolean } & FileRange)
  /**
   * FICLONERANGE and FIDEDUPERANGE: `file` shows at `at` the blocks of [start, end) of `source`. A dedupe of ranges that
   * differ ends with EBADE.
   */
  | ({ readonly kind: 'reflink' | 'dedupe'; readonly source: FileIndex; readonly at: Offset } & FileRange)
  /** FIFREEZE and FITHAW of the filesystem that all files are on. */
  | { readonly kind: 'freeze' }
  | { readonly kind: 'thaw' }
  /** umount(2) of that filesystem; one that is not busy is mounted again at once. */
  | { readonly kind: 'umount' }
  /** 3 is written to /proc/sys/vm/drop_caches. */
  | { readonly kind: 'drop_caches' }
  /** The medium can no longer read the block of this page: the calling task has run into it. */
  | { readonly kind: 'memory_failure'; readonly file: FileIndex; readonly page: number }
  /** fsync(2) or fdatasync(2). */
  | { readonly kind: 'fsync'; readonly file: FileIndex }
  /** unlink(2) of the file's last name. */
  | { readonly kind: 'unlink'; readonly file: FileIndex }
  /** rename(2); `over` is the file whose last name is replaced, if any. */
  | { readonly kind: 'rename'; readonly file: FileIndex; readonly over?: FileIndex }
  | ({
      readonly kind: 'mmap';
      readonly file: FileIndex;
      /** Page of the file that address `from` shows. */
      readonly pgoff: number;
      readonly shared: boolean;
      readonly writable: boolean;
      /** MAP_SHARED_VALIDATE | MAP_SYNC, for a shared mapping; absent: MAP_SHARED or MAP_PRIVATE. */
      readonly sync?: boolean;
    } & AddressRange)
  | ({ readonly kind: 'munmap' | 'msync' } & AddressRange)
  /** madvise(2), one kind per advice. */
  | ({
      readonly kind:
        'madvise_dontneed' | 'madvise_remove' | 'madvise_free' | 'madvise_pageout' | 'madvise_dontfork';
    } & AddressRange)
  /**
   * mremap(2): pages [from, to) move to `newFrom`; the mapping then ends at `newTo`. With `dontUnmap` (MREMAP_DONTUNMAP)
   * the old mapping stays, empty.
   */
  | ({
      readonly kind: 'mremap';
      readonly newFrom: number;
      readonly newTo: number;
      readonly dontUnmap?: boolean;
    } & AddressRange)
  /** mprotect(2); neither readable nor writable is PROT_NONE. */
  | ({ readonly kind: 'mprotect'; readonly readable: boolean; readonly writable: boolean } & AddressRange)
  /**
   * fork(2): `child`, a task of a process that does not exist yet, begins as a copy of the caller. It can do nothing before
   * the call has returned.
   */
  | { readonly kind: 'fork'; readonly child: TaskIndex }
  /** 4 is written to /proc/self/clear_refs: soft-dirty tracking starts afresh. */
  | { readonly kind: 'clear_refs' }
  /** The CPU reads or writes each page of the range once through the page table. */
  | ({ readonly kind: 'load' | 'store' } & AddressRange)
  /** User space writes the cache lines of the range back itself and waits (CLWB and a fence, pmem_persist). */
  | ({ readonly kind: 'persist' } & AddressRange)
  /** exit(2) of the task; the last task of an address space takes it down. */
  | { readonly kind: 'exit' }
  /** A signal with a handler is sent to another task. */
  | { readonly kind: 'signal'; readonly to: TaskIndex }
  /** The device is given [from, to) of the calling task's address space. */
  | ({
      readonly kind: 'attach';
      readonly region: RegionIndex;
      /** The driver takes pages for each transfer and gives them back after it, as direct I/O does. */
      readonly perTransfer: boolean;
      /** Somebody beyond the process keeps it: it is not detached when the process exits. */
      readonly survivesExit: boolean;
      /** What the device may do with the memory. */
      readonly writable: boolean;
    } & AddressRange)
  | { readonly kind: 'detach'; readonly region: RegionIndex }
  /**
   * The device is told to read or write [from, to) of the region and goes on by itself; `fence` makes the job
   * wait for user space (`signal_fence`) before it ends. With `wait` the call returns when the transfer has ended,
   * and gives its result.
   */
  | ({
      readonly kind: 'dma_read' | 'dma_write';
      readonly region: RegionIndex;
      readonly fence: boolean;
      readonly wait?: boolean;
    } & AddressRange)
  | { readonly kind: 'signal_fence'; readonly region: RegionIndex };

export type OperationKind = Operation['kind'];

/** Every operation kind, in the order in which reports list them. */
export const OPERATION_KINDS = [
  'truncate',
  'open_trunc',
  'punch',
  'zero',
  'collapse',
  'insert',
  'unshare',
  'reflink',
  'dedupe',
  'alloc',
  'unlink',
  'rename',
  'read',
  'write',
  'fsync',
  'msync',
  'freeze',
  'thaw',
  'umount',
  'drop_caches',
  'memory_failure',
  'open',
  'close',
  'mmap',
  'munmap',
  'mremap',
  'mprotect',
  'madvise_dontneed',
  'madvise_remove',
  'madvise_free',
  'madvise_pageout',
  'madvise_dontfork',
  'clear_refs',
  'fork',
  'load',
  'store',
  'persist',
  'exit',
  'signal',
  'attach',
  'detach',
  'dma_read',
  'dma_write',
  'signal_fence',
] as const satisfies readonly OperationKind[];

/** The kinds that can take blocks away from a file, or move them: the ones the argument is about. */
export const BLOCK_REMOVING_KINDS: ReadonlySet<OperationKind> = new Set<OperationKind>([
  'truncate',
  'open_trunc',
  'punch',
  'zero',
  'collapse',
  'insert',
  'unshare',
  'reflink',
  'dedupe',
  'madvise_remove',
]);

/** The kinds that a device plan adds, and that no log of a program contains. */
export const DEVICE_KINDS: ReadonlySet<OperationKind> = new Set<OperationKind>([
  'attach',
  'detach',
  'dma_read',
  'dma_write',
  'signal_fence',
]);

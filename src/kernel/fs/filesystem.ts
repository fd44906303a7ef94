/**
 * What a filesystem provides: its operations, as paths. ext4.ts and xfs.ts each export one.
 */
import type { Path } from '../../machine/program.ts';
import type { Kernel } from '../kernel.ts';
import type { RemapLocals } from './remap_range.ts';

export type FaultLocals = 'inode' | 'page' | 'end' | 'mm' | 'va' | 'write' | 'cow' | 'device' | 'pmd' | 'vma';
/** A byte range as pages and bytes; `end` is exclusive. */
export type RangeLocals = 'inode' | 'start_page' | 'start_byte' | 'end_page' | 'end_byte';

export type FallocateMode = 'alloc' | 'punch' | 'zero' | 'collapse' | 'insert' | 'unshare';

export type Fallocate = Path<Kernel, RangeLocals | 'keep_size'>;

export interface Filesystem {
  readonly name: 'ext4' | 'xfs';
  /** IS_DAX() of its inodes: mounted with dax=always; otherwise its files are in the page cache. */
  readonly dax: boolean;
  /** iomap_folio_ops and the like: write(2) may put large folios into the page cache, where the release can. */
  readonly writes_large_folios: boolean;
  /** The filesystem's own names for the generic locks, where it has them. */
  readonly lock_names: Readonly<Partial<Record<string, string>>>;
  /** While it is frozen, inodes without users wait for the thaw; otherwise whoever drops the last reference does. */
  readonly inactivates_when_thawed: boolean;
  /** A hole that ends beyond end of file ends with the page of i_size, and one that begins there is none (K52). */
  readonly clips_holes: boolean;
  /** super_block.s_maxbytes: the largest size of a file. */
  readonly s_maxbytes: { readonly page: number; readonly byte: number };
  /** dax_synchronous(): the medium needs no call to make flushed CPU caches durable, so MAP_SYNC is allowed. */
  readonly dax_synchronous: boolean;
  /**
   * vm_ops->huge_fault, or without DAX vm_ops->fault and ->page_mkwrite: pages dealt with (at least 1), or an error;
   * -VM_FAULT_FALLBACK for PMD order only.
   */
  readonly huge_fault: Path<Kernel, FaultLocals>;
  /** inode_operations->setattr for ATTR_SIZE; the caller holds i_rwsem. */
  readonly setattr_size: Path<Kernel, 'inode' | 'size_page' | 'size_byte'>;
  /** file_operations->fallocate, one path per mode. */
  readonly fallocate: Readonly<Record<FallocateMode, Fallocate>>;
  /** file_operations->write_iter and ->read_iter. */
  readonly write_iter: Path<Kernel, RangeLocals | 'token'>;
  /** file_operations->write_iter of a descriptor with O_DIRECT, which DAX does not look at (K165). */
  readonly direct_write_iter: Path<Kernel, RangeLocals | 'token'>;
  readonly read_iter: Path<Kernel, RangeLocals>;
  /** file_operations->remap_file_range: FICLONERANGE and FIDEDUPERANGE. */
  readonly remap_file_range: Path<Kernel, RemapLocals>;
  /** Files can share blocks (reflink). */
  readonly shares_blocks: boolean;
  /** dax_holder_operations->notify_failure: the filesystem looks for the owners of a bad block itself. */
  readonly notifies_owners: boolean;
}

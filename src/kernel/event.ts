/**
 * What happened: one value per thing another layer may want to know, never why it is good or bad.
 *
 * Ranges are [from, to). `va` ranges are pages of an address space, `page` ranges pages of a file, `pfn` ranges
 * physical pages. `time` is the simulated time of the task that did it.
 */

/** mmu_notifier events that the model raises (include/linux/mmu_notifier.h), without the MMU_NOTIFY_ prefix. */
export type NotifierEvent = (typeof NOTIFIER_EVENTS)[number];

/** In the order of their numbers in a frame. */
export const NOTIFIER_EVENTS = [
  'UNMAP',
  'CLEAR',
  'PROTECTION_PAGE',
  'RELEASE',
  'PROTECTION_VMA',
  'SOFT_DIRTY',
] as const;

/** Number of an event in a frame. */
export const MMU_NOTIFY_UNMAP = 0;
export const MMU_NOTIFY_CLEAR = 1;
export const MMU_NOTIFY_PROTECTION_PAGE = 2;
export const MMU_NOTIFY_RELEASE = 3;
export const MMU_NOTIFY_PROTECTION_VMA = 4;
export const MMU_NOTIFY_SOFT_DIRTY = 5;

export type KernelEvent =
  | { readonly type: 'op_start'; readonly task: number; readonly op: number }
  | { readonly type: 'op_end'; readonly task: number; readonly op: number; readonly ret: number }
  | {
      readonly type: 'sleep';
      readonly task: number;
      readonly kind: number;
      readonly a: number;
      readonly b: number;
    }
  | { readonly type: 'wake'; readonly task: number }
  | {
      readonly type: 'inv_start';
      readonly mm: number;
      readonly from: number;
      readonly to: number;
      readonly event: NotifierEvent;
    }
  | { readonly type: 'inv_start_ret'; readonly mm: number; readonly from: number; readonly to: number }
  | { readonly type: 'inv_end'; readonly mm: number; readonly from: number; readonly to: number }
  | {
      readonly type: 'callback_start';
      readonly region: number;
      readonly from: number;
      readonly to: number;
      readonly event: NotifierEvent;
    }
  | { readonly type: 'callback_end'; readonly region: number }
  /** CPU page table entries were set, cleared or write-protected. */
  | { readonly type: 'pte'; readonly mm: number; readonly from: number; readonly to: number }
  /** Device page table entries were set or cleared. */
  | {
      readonly type: 'device_pte';
      readonly region: number;
      readonly from: number;
      readonly to: number;
      readonly present: boolean;
    }
  | {
      readonly type: 'cpu_access';
      readonly mm: number;
      readonly va: number;
      readonly inode: number;
      readonly page: number;
      readonly pfn: number;
      readonly pages: number;
      readonly write: boolean;
      readonly value: number;
      readonly expected: number;
    }
  | {
      readonly type: 'dev_access';
      readonly region: number;
      readonly va: number;
      readonly inode: number;
      readonly page: number;
      readonly pages: number;
      readonly pfn: number;
      readonly write: boolean;
      readonly value: number;
      readonly expected: number;
    }
  /** The CPU, or a device through its region, reads or writes a private copy of the address space. */
  | {
      readonly type: 'private_access';
      readonly mm: number;
      readonly va: number;
      readonly pages: number;
      readonly pfn: number;
      readonly device: boolean;
      readonly write: boolean;
      readonly value: number;
      readonly expected: number;
    }
  /** A private copy at `va` gave way to another one; `pinned`: somebody had pinned the page it moved away from. */
  | {
      readonly type: 'private_copy_moved';
      readonly mm: number;
      readonly va: number;
      readonly pages: number;
      readonly pfn: number;
      readonly pinned: boolean;
    }
  /** Private copies left a page table for good: [from, to) shows the file again, if anything. */
  | {
      readonly type: 'private_copies_zapped';
      readonly mm: number;
      readonly from: number;
      readonly to: number;
    }
  /** The page table is looked at or filled at `va` by a CPU or, `device`, on behalf of a driver. */
  | { readonly type: 'mm_use'; readonly mm: number; readonly va: number; readonly device: boolean }
  /** The last reference to the struct of an address space is dropped. */
  | { readonly type: 'mm_freed'; readonly mm: number }
  /** The driver frees what its callbacks work on: a region's, or with region -1 what it has for all of `mm`. */
  | { readonly type: 'driver_object_freed'; readonly region: number; readonly mm: number }
  /** fork(2): `mm` has become a copy of `parent`. */
  | { readonly type: 'fork'; readonly parent: number; readonly mm: number }
  | { readonly type: 'dma_begin'; readonly region: number; readonly va: number; readonly pages: number }
  | { readonly type: 'dma_end'; readonly region: number; readonly ret: number }
  | { readonly type: 'device_fault'; readonly region: number; readonly va: number }
  | { readonly type: 'retry'; readonly region: number }
  | { readonly type: 'pin'; readonly pfn: number; readonly pages: number; readonly held: number }
  | { readonly type: 'unpin'; readonly pfn: number; readonly pages: number; readonly held: number }
  /** A driver takes plain references (FOLL_GET) or gives them back; `held`: how many there are now. */
  | { readonly type: 'get'; readonly pfn: number; readonly pages: number; readonly held: number }
  | { readonly type: 'put'; readonly pfn: number; readonly pages: number; readonly held: number }
  | {
      readonly type: 'dax_fault';
      readonly inode: number;
      readonly page: number;
      readonly pages: number;
      readonly write: boolean;
      readonly device: boolean;
    }
  /** Huge PMDs now map [from, to). */
  | { readonly type: 'pmd_mapped'; readonly mm: number; readonly from: number; readonly to: number }
  /** A write fault on a MAP_SYNC mapping found the block map newer than its last commit (VM_FAULT_NEEDDSYNC). */
  | { readonly type: 'sync_fault'; readonly inode: number; readonly page: number; readonly pages: number }
  /** A dirty PMD entry went although these pages of it stay in the file: nothing flushes them before they are written again. */
  | {
      readonly type: 'dirty_mark_lost';
      readonly inode: number;
      readonly page: number;
      readonly pages: number;
    }
  /** User space flushed the CPU caches over pages that lie at `pfn` (pmem_persist). */
  | { readonly type: 'persist'; readonly inode: number; readonly page: number; readonly pages: number }
  | {
      readonly type: 'read';
      readonly inode: number;
      readonly page: number;
      readonly pages: number;
      readonly value: number;
      readonly expected: number;
    }
  | { readonly type: 'written'; readonly inode: number; readonly page: number; readonly pages: number }
  | { readonly type: 'size'; readonly inode: number }
  | {
      readonly type: 'blocks_allocated';
      readonly inode: number;
      readonly page: number;
      readonly pages: number;
      readonly pfn: number;
    }
  | {
      readonly type: 'blocks_freed';
      readonly inode: number;
      readonly page: number;
      readonly pages: number;
      readonly pfn: number;
      readonly referenced: number;
    }
  | { readonly type: 'blocks_moved'; readonly inode: number }
  | { readonly type: 'flush'; readonly pfn: number; readonly pages: number }
  | { readonly type: 'commit' }
  /** Write-back left locked entries of [page, page + pages) out; `unflushed` of them are newer in cache than on the medium. */
  | {
      readonly type: 'writeback_skip';
      readonly inode: number;
      readonly page: number;
      readonly pages: number;
      readonly unflushed: number;
    }
  /** The filesystem is frozen from here on, or no longer. */
  | { readonly type: 'frozen'; readonly frozen: boolean }
  | { readonly type: 'fsync_call'; readonly inode: number }
  | {
      readonly type: 'fsync_ret';
      readonly inode: number;
      readonly from: number;
      readonly to: number;
      readonly owed: number;
    }
  /** The layout break of `inode` found `pfn` busy and waits, or waits no longer. */
  | { readonly type: 'layout_wait'; readonly inode: number; readonly pfn: number }
  | { readonly type: 'layout_break'; readonly inode: number };

/** An event with the time and task it happened at. */
export interface StampedEvent {
  readonly time: number;
  readonly task: number;
  readonly event: KernelEvent;
}

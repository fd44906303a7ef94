/**
 * What happened: one value per thing another layer may want to know, never why it is good or bad.
 *
 * Ranges are [from, to). `va` ranges are pages of an address space, `page` ranges pages of a file, `pfn` ranges
 * physical pages. `time` is the simulated time of the task that did it.
 */

/** mmu_notifier events that the model raises (include/linux/mmu_notifier.h), without the MMU_NOTIFY_ prefix. */
export type NotifierEvent = 'UNMAP' | 'CLEAR' | 'PROTECTION_PAGE' | 'RELEASE';

export const NOTIFIER_EVENTS = ['UNMAP', 'CLEAR', 'PROTECTION_PAGE', 'RELEASE'] as const;

/** Number of an event in a frame. */
export const MMU_NOTIFY_UNMAP = 0;
export const MMU_NOTIFY_CLEAR = 1;
export const MMU_NOTIFY_PROTECTION_PAGE = 2;
export const MMU_NOTIFY_RELEASE = 3;

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
  | { readonly type: 'dma_begin'; readonly region: number; readonly va: number; readonly pages: number }
  | { readonly type: 'dma_end'; readonly region: number; readonly ret: number }
  | { readonly type: 'device_fault'; readonly region: number; readonly va: number }
  | { readonly type: 'retry'; readonly region: number }
  | { readonly type: 'pin'; readonly pfn: number; readonly pages: number; readonly held: number }
  | { readonly type: 'unpin'; readonly pfn: number; readonly pages: number; readonly held: number }
  | {
      readonly type: 'dax_fault';
      readonly inode: number;
      readonly page: number;
      readonly pages: number;
      readonly write: boolean;
      readonly device: boolean;
    }
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

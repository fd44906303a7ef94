/**
 * What a scenario file can expect an operation or a run to have done: the names, in the words of the file format.
 */

/**
 * Things that can be counted. The first ones are mmu notifier events: runs of the driver's callback with that event.
 * Faults and retries are occurrences; `layout_waits` are the times that a layout break found a busy page and went to
 * sleep on it; all others are pages, those pinned (FOLL_PIN) and those got (FOLL_GET) counted apart.
 */
export const COUNTED = [
  'UNMAP',
  'CLEAR',
  'PROTECTION_VMA',
  'PROTECTION_PAGE',
  'SOFT_DIRTY',
  'RELEASE',
  'cpu_faults',
  'device_faults',
  'retries',
  'layout_waits',
  'pages_pinned',
  'pages_unpinned',
  'pages_got',
  'pages_put',
  'pages_flushed',
  'blocks_allocated',
  'blocks_freed',
] as const;

export type Counted = (typeof COUNTED)[number];

/** Exact numbers; nothing is said of what is not named. */
export type Counts = ReadonlyMap<Counted, number>;

/**
 * What a reader (read, load, dma_read) found, page by page: what was `last_written` to the file there; `zeros`, as it
 * should be; a `private_copy` that the process has there; something `stale`, which is neither. One of the four for the
 * whole operation: stale if any page was, else last_written, then private_copy.
 */
export const READERS_FIND = ['last_written', 'zeros', 'stale', 'private_copy'] as const;

export type Found = (typeof READERS_FIND)[number];

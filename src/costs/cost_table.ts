/**
 * What one step of the model costs in simulated time.
 *
 * Every step of a kernel path, a driver or a device belongs to a cost class; a cost table gives each class a
 * number of nanoseconds and the range in which published figures lie. Costs are data: no result may rest on one
 * table alone, and none of them is a measurement of the machine the model runs on.
 */

/** Every cost class, in the order in which tables list them: CPU, memory management, drivers, device, filesystem. */
export const COST_CLASSES = [
  'step',
  'lock',
  'context_switch',
  'syscall',
  'page_fault',
  'zap_page',
  'tlb_flush',
  'notifier_call',
  'gup_page',
  'unpin_page',
  'hmm_page',
  'device_fault',
  'device_invalidate',
  'dma_page',
  'copy_page',
  'flush_page',
  'journal_commit',
  'block_map',
] as const;

/**
 * `step` any step not named here; `lock` an uncontended lock operation; `context_switch` from the wake-up of a
 * sleeper until it runs; `syscall` entry and exit; `page_fault` a minor CPU fault; `zap_page` clearing one page
 * table entry; `tlb_flush` one shootdown; `notifier_call` the software part of one invalidation callback;
 * `gup_page` taking and `unpin_page` dropping a reference on a present page; `hmm_page` one page of
 * hmm_range_fault; `device_fault` a fault seen from the device, to its retry; `device_invalidate` one
 * invalidation carried out by the device or its IOMMU; `dma_page` transfer of 4 KiB; `copy_page` a CPU copy of
 * 4 KiB to persistent memory; `flush_page` writing 4 KiB of CPU cache back; `journal_commit` one transaction;
 * `block_map` one extent lookup or allocation.
 */
export type CostClass = (typeof COST_CLASSES)[number];

/** One cost: integer nanoseconds of simulated time, `low <= ns <= high`. */
export interface CostEntry {
  /** Used when nothing else is asked for. */
  readonly ns: number;
  /** Lower end of the range to sweep. */
  readonly low: number;
  /** Upper end of the range to sweep. */
  readonly high: number;
  /** Where the figures were published; `assumption` when nobody published one. */
  readonly source: string;
  /** How the number follows from the source, and what to be careful of. */
  readonly note: string;
}

export interface CostTable {
  readonly name: string;
  /** Says what hardware the table stands for, and that its times are simulated. */
  readonly description: string;
  readonly entries: Readonly<Record<CostClass, CostEntry>>;
}

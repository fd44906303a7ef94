/** The busy scan does not look at an entry that a fault has locked. */
import type { Mutant } from './mutant.ts';

export const busyScanStepsOverLocked: Mutant = {
  name: 'busy_scan_steps_over_locked',
  title: 'dax_layout_busy_page steps over an entry that is locked when it gets there, and misses its pin',
  imitates:
    'K174: get_unlocked_entry in the middle of a walk, 6be3e21d25ca and dd59137bfe70; 6.1 has it still',
  facts: ['K174'],
  driver: 'gup',
  breaks: ['I1'],
  filesStayMapped: true,
  // An fsync locks entries without i_rwsem and invalidate_lock, so that the search can meet one.
  operations: ['mmap', 'store', 'attach', 'dma_write', 'fsync', 'punch'],
  // Two cuts at the right steps: fsync stops with the pinned page's entry locked, and the hole is punched meanwhile.
  directed:
    'gvr1~ext4_dax.linux-2d6-2e1.gup.busy_scan_steps_over_locked~f.1.3.0.0.3.w~t.0~t.1~o.0.mmap.0.32.35.0.1.1.0~o.0.store.32.33~o.0.attach.0.33.34.0.0.1~o.0.punch.0.0.0.3.4095~o.0.dma_write.0.33.34.0~o.1.fsync.0~gvs1~2.0.1.3.4.5~0.3.dax_writeback_mapping_range-2edax_writeback_one.2.1~1.5.pfn_mkclean_range-2epage_vma_mkclean_one.1.0',
  rules: { busy_scan_skips_locked_entry: true },
  patches: [],
};

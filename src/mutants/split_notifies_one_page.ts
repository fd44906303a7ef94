/** A huge page that is split is announced as one page of 4 KiB. */
import { MMU_NOTIFY_CLEAR } from '../kernel/event.ts';
import { mmu_notifier_invalidate_range_start } from '../kernel/mm/mmu_notifier.ts';
import { type Mutant, replace } from './mutant.ts';

export const splitNotifiesOnePage: Mutant = {
  name: 'split_notifies_one_page',
  title: '__split_huge_pmd tells mirrors of the first page of the huge page it drops',
  imitates: 'a range rounded to 4 KiB where the mapping has 2 MiB: what K196 and K209 have in common',
  facts: ['K45', 'K196', 'K209'],
  driver: 'hmm_mirror',
  breaks: ['I4'],
  filesStayMapped: false,
  operations: ['mmap', 'attach', 'dma_read', 'dma_write', 'store', 'punch', 'madvise_dontneed', 'munmap'],
  patches: [
    replace('__split_huge_pmd', 'mmu_notifier_invalidate_range_start', ['mm', 'from'], ({ call }) => [
      call(mmu_notifier_invalidate_range_start, (_k, f, callee) => {
        callee.mm = f.mm;
        callee.start = f.from;
        callee.end = f.from + 1;
        callee.event = MMU_NOTIFY_CLEAR;
      }),
    ]),
  ],
};

/** The layout break unmaps private copies as well: a process loses its own data to somebody else's fallocate. */
import { unmap_mapping_pages } from '../kernel/mm/rmap.ts';
import { type Mutant, replace } from './mutant.ts';

export const layoutBreakDiscardsCopies: Mutant = {
  name: 'layout_break_discards_copies',
  title: 'dax_layout_busy_page unmaps private copies of the file too (even_cows)',
  imitates: 'K173: the layout break before d75996dd022b',
  facts: ['K46', 'K173'],
  driver: 'hmm_mirror',
  breaks: ['private_copies'],
  filesStayMapped: false,
  patches: [
    replace('dax_layout_busy_page', 'unmap_mapping_pages', ['inode'], ({ call }) => [
      call(unmap_mapping_pages, (k, f, callee) => {
        callee.inode = f.inode;
        callee.from = 0;
        callee.to = k.llong_max_pages;
        callee.even_cows = 1;
      }),
    ]),
  ],
};

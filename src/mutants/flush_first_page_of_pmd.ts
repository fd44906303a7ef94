/** fsync flushes the first page of a PMD entry. */
import { dax_is_pmd_entry } from '../kernel/fs/dax.ts';
import { flush_entries } from '../kernel/fs/writeback.ts';
import { type Mutant, replace } from './mutant.ts';

export const flushFirstPageOfPmd: Mutant = {
  name: 'flush_first_page_of_pmd',
  title: 'dax_writeback_one flushes one page of an entry that covers a huge page, and marks all of it clean',
  imitates: 'K179: caches of pages that a PMD maps were not flushed (series of 2022)',
  facts: ['K64', 'K179'],
  driver: 'hmm_mirror',
  breaks: ['I3'],
  filesStayMapped: false,
  patches: [
    replace('dax_writeback_mapping_range', 'dax_flush', ['inode', 'page', 'end'], ({ label }) => [
      label('dax_flush of one page', 'K179', (k, f) => {
        const huge = dax_is_pmd_entry(k.i_pages.get(f.inode, f.page));
        flush_entries(k, f.inode, f.page, huge ? f.page + 1 : f.end);
      }),
    ]),
  ],
};

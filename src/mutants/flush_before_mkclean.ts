/** fsync flushes first and takes the right to write away afterwards. */
import { flush_entries } from '../kernel/fs/writeback.ts';
import { pfn_mkclean_range } from '../kernel/mm/rmap.ts';
import { leaveOut, type Mutant, replace } from './mutant.ts';

export const flushBeforeMkclean: Mutant = {
  name: 'flush_before_mkclean',
  title:
    'dax_writeback_one flushes before pfn_mkclean_range: a store in between is marked clean and never flushed',
  imitates: 'the mistake that K64 warns of: the order of mkclean, flush and clearing the mark',
  facts: ['K64', 'K65'],
  driver: 'hmm_mirror',
  breaks: ['I3'],
  filesStayMapped: false,
  patches: [
    replace(
      'dax_writeback_mapping_range',
      'pfn_mkclean_range',
      ['inode', 'page', 'end'],
      ({ label, call }) => [
        label('dax_flush too early', 'K64', (k, f) => {
          flush_entries(k, f.inode, f.page, f.end);
        }),
        call(pfn_mkclean_range, (_k, f, callee) => {
          callee.inode = f.inode;
          callee.from = f.page;
          callee.to = f.end;
        }),
      ],
    ),
    leaveOut('dax_writeback_mapping_range', 'dax_flush'),
  ],
};

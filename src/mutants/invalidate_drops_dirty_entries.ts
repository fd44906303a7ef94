/** write(2) drops the DAX entries of what it writes, dirty ones too. */
import { dax_delete_mapping_entries, dax_entry_end, dax_entry_start } from '../kernel/fs/dax.ts';
import { type Mutant, replace } from './mutant.ts';

export const invalidateDropsDirtyEntries: Mutant = {
  name: 'invalidate_drops_dirty_entries',
  title: 'a write drops every entry that it meets, with the dirty mark of the rest of a huge page',
  imitates: 'K180, fixed by commit c6dcf52c23d2: invalidate_inode_pages2 dropped dirty DAX entries',
  facts: ['K44', 'K180'],
  driver: 'hmm_mirror',
  breaks: ['I3'],
  filesStayMapped: false,
  operations: ['mmap', 'store', 'load', 'write', 'fsync'],
  // A read fault that marks its entry dirty, as in 6.1, would mend it.
  rules: { read_fault_dirties_entry: false },
  patches: [
    replace('dax_iomap_rw', 'IOMAP_F_NEW', [], ({ jump }) => [jump('invalidate')]),
    replace(
      'invalidate_inode_pages2_range',
      'dax_delete_mapping_entries',
      ['inode', 'from', 'to'],
      ({ call }) => [
        call(dax_delete_mapping_entries, (k, f, callee) => {
          callee.inode = f.inode;
          callee.from = dax_entry_start(k, f.inode, f.from);
          callee.to = dax_entry_end(k, f.inode, f.to);
        }),
      ],
    ),
  ],
};

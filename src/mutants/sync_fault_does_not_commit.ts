/** A MAP_SYNC write fault flushes the pages and forgets the metadata that leads to them. */
import { dax_writeback_mapping_range } from '../kernel/fs/writeback.ts';
import { type Mutant, replace } from './mutant.ts';

export const syncFaultDoesNotCommit: Mutant = {
  name: 'sync_fault_does_not_commit',
  title: 'dax_finish_sync_fault writes the pages back and does not commit the block map',
  imitates: 'the mistake that K42 warns of: a page is writable while a crash would not find its block',
  facts: ['K28', 'K42'],
  driver: 'hmm_mirror',
  breaks: ['I3'],
  filesStayMapped: false,
  patches: [
    replace('dax_finish_sync_fault', 'vfs_fsync_range', ['inode', 'page', 'end'], ({ call }) => [
      call(dax_writeback_mapping_range, (_k, f, callee) => {
        callee.inode = f.inode;
        callee.from = f.page;
        callee.to = f.end;
      }),
    ]),
  ],
};

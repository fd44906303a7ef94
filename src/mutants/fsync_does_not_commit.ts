/** fsync flushes the pages and forgets the metadata that leads to them. */
import { promise_range } from '../kernel/fs/writeback.ts';
import { type Mutant, replace } from './mutant.ts';

export const fsyncDoesNotCommit: Mutant = {
  name: 'fsync_does_not_commit',
  title: 'vfs_fsync_range does not commit the block map',
  imitates: 'the mistake that K64 warns of: data on the medium that a crash does not find',
  facts: ['K17', 'K64'],
  driver: 'hmm_mirror',
  breaks: ['I3'],
  filesStayMapped: false,
  patches: [
    replace('vfs_fsync_range', 'commit metadata', ['inode', 'from', 'to'], ({ label }) => [
      label('no commit', 'K64', (k, f) => {
        promise_range(k, f.inode, f.from, f.to);
      }),
    ]),
  ],
};

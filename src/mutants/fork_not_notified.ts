/** fork write-protects private copies without telling anybody. */
import { MM } from '../kernel/kernel.ts';
import { leaveOut, type Mutant, replace } from './mutant.ts';

export const forkNotNotified: Mutant = {
  name: 'fork_not_notified',
  title:
    'copy_page_range notifies nobody: the device goes on writing to pages that parent and child share by now',
  imitates: 'the mistake that K73 warns of: write protection for fork is a PROTECTION_PAGE invalidation',
  facts: ['K73'],
  driver: 'hmm_mirror',
  breaks: ['I4'],
  filesStayMapped: false,
  operations: ['mmap', 'attach', 'dma_read', 'dma_write', 'store', 'load', 'fork'],
  patches: [
    leaveOut('copy_page_range', 'mmu_notifier_invalidate_range_start'),
    replace('copy_page_range', 'raw_write_seqcount_end', ['mm'], ({ label }) => [
      label('raw_write_seqcount_end', 'K73', (k, f) => {
        k.mms.set(f.mm, MM.write_protect_seq, k.mms.get(f.mm, MM.write_protect_seq) + 1);
      }),
    ]),
  ],
};

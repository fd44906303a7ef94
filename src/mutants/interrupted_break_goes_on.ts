/** A layout break that a signal ends counts as done. */
import { type Mutant, replace } from './mutant.ts';

export const interruptedBreakGoesOn: Mutant = {
  name: 'interrupted_break_goes_on',
  title: 'the break returns 0 instead of -ERESTARTSYS, and blocks are freed under the pin it was waiting for',
  imitates: 'the mistake that K31 warns of: an interrupted wait must fail the call',
  facts: ['K31', 'K48'],
  driver: 'gup',
  breaks: ['layout_break'],
  filesStayMapped: false,
  operations: ['mmap', 'attach', 'dma_write', 'truncate', 'punch', 'signal'],
  patchesOn: (filesystem) => [
    replace(
      filesystem === 'ext4' ? 'ext4_break_layouts' : 'xfs_break_dax_layouts',
      'interrupted',
      [],
      ({ mark, jump }) => [mark('interrupted'), jump('done')],
    ),
  ],
  patches: [],
};

/** A layout break that a signal ends counts as done. */
import type { System } from '../drivers/system.ts';
import type { Patch } from '../machine/program.ts';
import { type Mutant, onEachFilesystem, replace } from './mutant.ts';

const goesOn = (name: string): Patch<System> =>
  replace(name, 'interrupted', [], ({ mark, jump }) => [mark('interrupted'), jump('done')]);

export const interruptedBreakGoesOn: Mutant = {
  name: 'interrupted_break_goes_on',
  title: 'the break returns 0 instead of -ERESTARTSYS, and blocks are freed under the pin it was waiting for',
  imitates: 'the mistake that K31 warns of: an interrupted wait must fail the call',
  facts: ['K31', 'K48'],
  driver: 'gup',
  breaks: ['layout_break'],
  filesStayMapped: false,
  operations: ['mmap', 'attach', 'dma_write', 'truncate', 'punch', 'signal'],
  patches: onEachFilesystem(...['ext4_break_layouts', 'xfs_break_dax_layouts'].map(goesOn)),
};

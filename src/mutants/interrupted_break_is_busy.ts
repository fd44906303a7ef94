/** A signal ends the wait for a busy page with an error that user space does not know from these calls. */
import { EBUSY } from '../kernel/errno.ts';
import { type Mutant, onEachFilesystem, replace } from './mutant.ts';

const endsWithBusy = (path: string) =>
  replace(path, 'interrupted', ['inode', 'pfn'], ({ mark, ret }) => [mark('interrupted'), ret(() => -EBUSY)]);

export const interruptedBreakIsBusy: Mutant = {
  name: 'interrupted_break_is_busy',
  title: 'the layout break returns EBUSY, not ERESTARTSYS, when a signal ends its wait',
  imitates: 'K31 and K32: the wait is interruptible, and the call is restarted or fails with EINTR',
  facts: ['K31', 'K32'],
  driver: 'gup',
  breaks: ['I14'],
  filesStayMapped: false,
  patches: onEachFilesystem(endsWithBusy('ext4_break_layouts'), endsWithBusy('xfs_break_dax_layouts')),
};

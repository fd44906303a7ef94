/** K64 to K68: fsync, msync and write-back on DAX. */
import { context } from './context.ts';
import type { Fact } from './fact.ts';

export const PERSISTENCE_FACTS: readonly Fact[] = [
  {
    id: 'K64',
    title: 'fsync and msync on DAX',
    text:
      'Only an integrity sync does work. Entries in range go from DIRTY to TOWRITE; each is then visited: wait if ' +
      'locked (6.1 means to and passes it over instead: K174), check that pfn and mark still hold, lock it, clear TOWRITE, take i_mmap_rwsem shared and for every ' +
      'shared VMA notify PROTECTION_PAGE around clearing its write and dirty bits. After that the CPU caches are ' +
      'flushed over 4 KiB or 2 MiB, DIRTY is cleared and the entry unlocked, waking one. Committing metadata ' +
      'comes last.',
    sources: [
      'fs/dax.c:dax_writeback_mapping_range (6.1)',
      'fs/dax.c:dax_writeback_one (6.1)',
      'mm/rmap.c:pfn_mkclean_range, page_vma_mkclean_one (6.1)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/writeback.ts', 'src/kernel/mm/rmap.ts'],
    },
  },
  {
    id: 'K65',
    title: 'Protect before flush, and who escapes it',
    text:
      'Rights and mirrors are withdrawn before the flush; a later writer has to fault and meets the entry lock, ' +
      'which keeps DIRTY from getting lost. A mirror deaf to PROTECTION_PAGE, and any pin since no one informs ' +
      'it, can write after the flush with the mark already clear, so that the following fsync passes over the ' +
      'data.',
    sources: [
      'fs/dax.c:dax_writeback_one (6.1), comment',
      'a real kernel: src/witness disputed_facts (6.1.192, 6.12.117)',
    ],
    tag: 'seen',
    caveat: 'Of the mirror a real kernel showed only that a correct one faults again.',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/writeback.ts', 'src/drivers/hmm_mirror.ts', 'src/drivers/gup.ts'],
      fault: 'the mirror ignores PROTECTION_PAGE',
    },
  },
  {
    id: 'K66',
    title: 'Write-back does not exclude truncate',
    text:
      'No lock shared with truncate is held across write-back. Between tagging and visiting, an entry can vanish ' +
      'or come back for another block, and both are checked again.',
    sources: ['fs/dax.c:dax_writeback_one (6.1)'],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/fs/writeback.ts'] },
  },
  {
    id: 'K67',
    title: 'Background write-back skips DAX',
    text:
      'Write-back that is not for integrity returns without doing anything on DAX. ext4 runs the pass under a ' +
      'percpu lock of the filesystem, held shared.',
    sources: [
      'fs/dax.c:dax_writeback_mapping_range (6.1), test of sync_mode',
      'fs/ext4/inode.c:ext4_dax_writepages (6.1)',
    ],
    tag: 'seen',
    status: context('never_happens'),
  },
  {
    id: 'K68',
    title: 'write(2) on DAX brings its own durability',
    text:
      'Where the device asks for it, the copy of write(2) uses non-temporal stores or flushes as it goes. The ' +
      'bytes it wrote then need no flush later.',
    sources: ['drivers/dax/super.c:dax_copy_from_iter (6.1), NOCACHE flag'],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/fs/read_write.ts'], without: ['cpu_cache'] },
  },
];

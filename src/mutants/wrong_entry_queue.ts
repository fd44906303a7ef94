/** Who waits for a PMD entry sleeps on the queue of its own page, and is not woken. */
import { WAIT } from '../kernel/kernel.ts';
import { type Mutant, replace } from './mutant.ts';

export const wrongEntryQueue: Mutant = {
  name: 'wrong_entry_queue',
  title: 'a fault waits for a PMD entry on the queue of the page it wants, not on that of the first page',
  imitates:
    'K198, fixed by commit 23c84eb78375: the waiter slept on another hash bucket than the waker looked at',
  facts: ['K13', 'K198'],
  driver: 'hmm_mirror',
  breaks: ['I7'],
  filesStayMapped: false,
  patches: [
    replace('dax_iomap_pmd_fault', 'get_unlocked_entry', ['inode', 'page'], ({ sleep }) => [
      sleep(
        'get_unlocked_entry',
        'TASK_UNINTERRUPTIBLE',
        (_k, f) => ({ kind: WAIT.entry, a: f.inode, b: f.page }),
        true,
      ),
    ]),
  ],
};

/**
 * Metadata commits: the one event that separates freed blocks from reusable ones (K17).
 *
 * A kernel thread stands for jbd2 and for the XFS log worker: it commits some time after blocks were freed; fsync
 * commits at once.
 *
 * Left out: handles, credits, checkpoints, recovery (a crash falls back to what was last committed).
 */
import { changeRuns, copyRow } from '../../machine/store.ts';
import { COUNTER, INODE, type Kernel, path, WAIT } from '../kernel.ts';
import { BLOCK_FREE, BLOCK_FREED, clear_inode_dirty } from './extent.ts';

/** Everything changed so far is what a crash leaves; freed blocks can be taken again. */
export function journal_commit(k: Kernel): void {
  if (k.counters.get(0, COUNTER.freed) > 0) {
    changeRuns(k.block_state, 0, 1, k.options.blocks + 1, (state) =>
      state === BLOCK_FREED ? BLOCK_FREE : state,
    );
    k.counters.set(0, COUNTER.freed, 0);
  }
  if (k.options.durability) commit_inodes(k);
  k.emit({ type: 'commit' });
}

function commit_inodes(k: Kernel): void {
  for (let inode = 1; inode <= k.inodeCount; inode++) {
    if (k.inodes.get(inode, INODE.dirty) === 0) continue;
    copyRow(k.extents, inode, k.committed, inode, k.llong_max_pages);
    k.inodes.set(inode, INODE.committed_page, k.inodes.get(inode, INODE.size_page));
    k.inodes.set(inode, INODE.committed_byte, k.inodes.get(inode, INODE.size_byte));
    clear_inode_dirty(k, inode);
  }
}

/** The thread that commits in the background. */
export const kjournald = path('kjournald', [], ({ label, mark, branch, sleep, act, jump }) => [
  mark('loop'),
  label('kjournald2', 'K17'),
  branch('something freed', (k) => k.counters.get(0, COUNTER.freed) > 0, 'commit'),
  sleep('schedule', 'TASK_INTERRUPTIBLE', () => ({ kind: WAIT.journal, a: 0, b: 0 })),
  jump('loop'),
  mark('commit'),
  act('commit interval', (k) => {
    k.spend('journal_commit');
  }),
  label('jbd2_journal_commit_transaction', 'K17', (k) => {
    journal_commit(k);
  }),
  jump('loop'),
]);

/**
 * The first half of every subscription. Models mm/mmu_notifier.c:__mmu_notifier_register() and mm/mmap.c:
 * mm_take_all_locks() of 6.1.
 *
 * With mmap_lock held for write the rmap lock of every file that is mapped is taken, one after the other, so that no walk and
 * hence no invalidation is under way (K111). Whoever holds one of those locks holds the registration up, and it in turn whoever
 * needs one that it has: a cost of notifiers that does not stay with one file.
 */
import { COUNTER, i_mmap_rwsem, type Kernel, MM, mmap_lock, NOTIFIER, path, VMA } from '../kernel.ts';
import { mmgrab } from './sched_mm.ts';

/** The first file from inode `from` on that `mm` maps, or -1: mm_take_all_locks() takes each file's rmap lock. */
function next_mapped_inode(k: Kernel, mm: number, from: number): number {
  const count = k.counters.get(0, COUNTER.vmas);
  let best = -1;
  for (let vma = 0; vma < count; vma++) {
    if (k.vmas.get(vma, VMA.used) === 0 || k.vmas.get(vma, VMA.mm) !== mm) continue;
    const inode = k.vmas.get(vma, VMA.inode);
    if (inode >= from && (best < 0 || inode < best)) best = inode;
  }
  return best;
}

/** The mm has what this subscriber needs: the struct and a list entry, or the struct and an interval tree. */
function registered(k: Kernel, mm: number, list: boolean): boolean {
  return list ? k.notifiers.get(mm, NOTIFIER.hooked) === 1 : k.mms.get(mm, MM.has_itree) === 1;
}

function subscribe(k: Kernel, mm: number, list: boolean): void {
  if (k.mms.get(mm, MM.notifiers) === 0) {
    k.mms.set(mm, MM.notifiers, 1);
    k.mms.set(mm, MM.invalidate_seq, 2);
  }
  if (!list) {
    k.mms.set(mm, MM.has_itree, 1);
    return;
  }
  mmgrab(k, mm);
  k.notifiers.set(mm, NOTIFIER.hooked, 1);
}

/** mmu_notifier_register(): of the driver's struct mmu_notifier when `list`, else of nobody, for interval notifiers. */
export const mmu_notifier_register = path(
  'mmu_notifier_register',
  ['mm', 'list', 'inode'],
  ({ act, mark, branch, jump, down_write, up, ret }) => [
    down_write('mmap_write_lock', (_k, f) => mmap_lock(f.mm)),
    branch('registered meanwhile', (k, f) => registered(k, f.mm, f.list === 1), 'unlock'),
    act('first file', (k, f) => {
      f.inode = next_mapped_inode(k, f.mm, 0);
    }),
    mark('mm_take_all_locks'),
    branch('all taken', (_k, f) => f.inode < 0, 'register'),
    down_write('i_mmap_lock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    act('next file', (k, f) => {
      f.inode = next_mapped_inode(k, f.mm, f.inode + 1);
    }),
    jump('mm_take_all_locks'),
    mark('register'),
    act('__mmu_notifier_register', (k, f) => {
      subscribe(k, f.mm, f.list === 1);
      f.inode = next_mapped_inode(k, f.mm, 0);
    }),
    mark('mm_drop_all_locks'),
    branch('all dropped', (_k, f) => f.inode < 0, 'unlock'),
    up('i_mmap_unlock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    act('next file to drop', (k, f) => {
      f.inode = next_mapped_inode(k, f.mm, f.inode + 1);
    }),
    jump('mm_drop_all_locks'),
    mark('unlock'),
    up('mmap_write_unlock', (_k, f) => mmap_lock(f.mm)),
    ret(),
  ],
);

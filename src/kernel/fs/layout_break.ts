/**
 * The wait for busy pages before blocks go away.
 *
 * Models ext4_break_layouts() and xfs_break_dax_layouts(), the DAX half of xfs_break_layouts(), of 6.1: the same loop under
 * two names (K31 to K35). The caller holds i_rwsem and invalidate_lock for write. invalidate_lock is let go for each sleep, i_rwsem is
 * not (K32, K33); after each wake-up everything starts again, the unmapping of the whole file included.
 *
 * Left out: layout leases (pNFS), which are another mechanism (K21).
 */
import { ERESTARTSYS } from '../errno.ts';
import { INODE, invalidate_lock, path, WAIT } from '../kernel.ts';
import { page_idle } from '../mm/page.ts';
import { dax_layout_busy_page } from './dax.ts';

const breakLayouts = (name: string) =>
  path(name, ['inode', 'pfn'], ({ label, act, mark, branch, jump, call, up, down_write, sleep, ret }) => [
    mark('again'),
    call(dax_layout_busy_page, (_k, f, callee) => {
      callee.inode = f.inode;
    }),
    act('busy page', (k, f) => {
      f.pfn = k.ret;
      // Ghost, for the invariant that blocks go away only after a break that found nothing.
      k.inodes.set(f.inode, INODE.found_busy, f.pfn === 0 ? 0 : 1);
      if (f.pfn === 0) k.emit({ type: 'layout_break', inode: f.inode });
      else k.emit({ type: 'layout_wait', inode: f.inode, pfn: f.pfn });
    }),
    branch('no busy page', (_k, f) => f.pfn === 0, 'done'),
    mark('wait'),
    label('___wait_var_event', 'K31'),
    branch('page is idle', (k, f) => page_idle(k, f.pfn), 'again'),
    branch('signal_pending', (k) => k.m.signal_pending(k.current), 'interrupted'),
    up('filemap_invalidate_unlock', (_k, f) => invalidate_lock(f.inode)),
    sleep('schedule', 'TASK_INTERRUPTIBLE', (_k, f) => ({ kind: WAIT.page_idle, a: f.pfn, b: 0 })),
    down_write('filemap_invalidate_lock', (_k, f) => invalidate_lock(f.inode)),
    jump('wait'),
    mark('interrupted'),
    ret(() => -ERESTARTSYS),
    mark('done'),
    ret(),
  ]);

export const ext4_break_layouts = breakLayouts('ext4_break_layouts');
export const xfs_break_dax_layouts = breakLayouts('xfs_break_dax_layouts');

/**
 * UNSHARE_RANGE of shared blocks. Models fs/xfs/xfs_reflink.c:xfs_reflink_unshare() and fs/dax.c:dax_file_unshare() of
 * 6.1 stable, which has the second from a later release (K61).
 *
 * Extent by extent: clean entries of what is copied go and its pages are unmapped, then copy and remap. Dirty entries stay
 * with the old block, and a read fault leaves dirty ones (K41).
 *
 * Left out: clearing the inode's reflink flag when nothing is shared any more.
 */
import { i_data_sem, path } from '../kernel.ts';
import { cow_range, next_shared_page, shared_end } from './cow.ts';
import { invalidate_inode_pages2_range } from './dax.ts';
import { size_in_pages } from './inode.ts';
import { filemap_write_and_wait_range } from './writeback.ts';

const first_after = (page: number, byte: number): number => (byte > 0 ? page + 1 : page);

/** Gives the shared pages of the range copies of their own: 0, -EIO or -ENOSPC. The caller has broken the layout. */
export const xfs_reflink_unshare = path(
  'xfs_reflink_unshare',
  ['inode', 'start_page', 'end_page', 'end_byte', 'page', 'end', 'error'],
  ({ act, mark, branch, jump, call, down_write, up, ret }) => [
    act('from the first page', (_k, f) => {
      f.page = f.start_page;
    }),
    mark('next'),
    act('next shared extent', (k, f) => {
      const last = Math.min(first_after(f.end_page, f.end_byte), size_in_pages(k, f.inode));
      f.page = next_shared_page(k, f.inode, f.page, last);
      f.end = f.page < last ? k.grainEnd(f.page, shared_end(k, f.inode, f.page, last)) : f.page;
    }),
    branch('nothing shared', (_k, f) => f.page >= f.end, 'flush'),
    call(invalidate_inode_pages2_range, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.page;
      callee.to = f.end;
    }),
    down_write('dax_unshare_iter', (_k, f) => i_data_sem(f.inode)),
    act('copy and remap', (k, f) => {
      f.error = cow_range(k, f.inode, f.page, f.end);
      f.page = f.end;
    }),
    up('dax_unshare_iter done', (_k, f) => i_data_sem(f.inode)),
    branch('failed', (_k, f) => f.error < 0, 'done'),
    jump('next'),
    mark('flush'),
    call(filemap_write_and_wait_range, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.start_page;
      callee.to = first_after(f.end_page, f.end_byte);
    }),
    mark('done'),
    ret((_k, f) => f.error),
  ],
);

/**
 * Names and descriptors. Models fs/namei.c of 6.1: unlink and rename lock the directory, then the inodes (K32); an open that
 * makes a file locks the directory.
 *
 * One directory stands for all (inode 0 lends its i_rwsem). Making a name and taking one away wait while the filesystem is
 * frozen (K20). The open of a file that exists finds its name without a lock, as from the cache of names.
 */
import { DIRECTORY, i_rwsem, INODE, type Kernel, path } from '../kernel.ts';
import { evict_unused_inodes } from './evict.ts';
import { close_fd, fd_install } from './file.ts';
import { mark_inode_dirty } from './inode.ts';
import { sb_end_write, sb_start_write } from './super.ts';
import { do_truncate } from './truncate.ts';

/** A negative dentry: nobody has made the file, or its name and its last user are gone. */
const d_is_negative = (k: Kernel, inode: number): boolean =>
  k.inodes.get(inode, INODE.nlink) === 0 && k.inodes.get(inode, INODE.refs) === 0;

/** The create side of open_last_lookups() (K20, K32). Who comes second finds the file that the first one made. */
export const open_last_lookups = path(
  'open_last_lookups',
  ['mm', 'inode'],
  ({ act, down_write, up, call, ret }) => [
    call(sb_start_write, () => undefined, 'mnt_want_write'),
    down_write('inode_lock of the directory', () => i_rwsem(DIRECTORY)),
    act('lookup_open', (k, f) => {
      if (d_is_negative(k, f.inode)) {
        k.inodes.set(f.inode, INODE.nlink, 1);
        // A name that is used again stands for a new inode.
        k.inodes.set(f.inode, INODE.evicted, 0);
        mark_inode_dirty(k, f.inode);
      }
      // The open file refers to the inode from here on, so that an unlink does not evict it.
      fd_install(k, f.mm, f.inode);
    }),
    up('inode_unlock of the directory', () => i_rwsem(DIRECTORY)),
    act('mnt_drop_write', (k) => {
      sb_end_write(k);
    }),
    ret(),
  ],
);

/** open(2): a file that does not exist is made; with O_TRUNC its size becomes 0. */
export const do_sys_open = path(
  'do_sys_open',
  ['mm', 'inode', 'trunc', 'found', 'error'],
  ({ act, label, branch, mark, call, ret }) => [
    label('do_dentry_open', 'K49', (k, f) => {
      f.found = d_is_negative(k, f.inode) ? 0 : 1;
      if (f.found === 1) fd_install(k, f.mm, f.inode);
    }),
    branch('the name exists', (_k, f) => f.found === 1, 'opened'),
    call(open_last_lookups, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.inode = f.inode;
    }),
    mark('opened'),
    branch('no O_TRUNC', (_k, f) => f.trunc === 0, 'done'),
    call(
      do_truncate,
      (_k, f, callee) => {
        callee.inode = f.inode;
      },
      'handle_truncate',
    ),
    act('result', (k, f) => {
      f.error = k.ret;
      // A failed O_TRUNC fails the open: no descriptor is left behind.
      if (f.error < 0) close_fd(k, f.mm, f.inode);
    }),
    mark('done'),
    ret((_k, f) => f.error),
  ],
);

/** close(2) of one of the process's descriptors. */
export const sys_close = path('__fput', ['mm', 'inode'], ({ label, call, ret }) => [
  label('fput', 'K62', (k, f) => {
    close_fd(k, f.mm, f.inode);
  }),
  call(evict_unused_inodes, () => undefined),
  ret(),
]);

function drop_nlink(k: Kernel, inode: number): void {
  k.inodes.set(inode, INODE.nlink, Math.max(0, k.inodes.get(inode, INODE.nlink) - 1));
  mark_inode_dirty(k, inode);
}

/** unlink(2): the victim's i_rwsem is taken too, so it waits behind whoever waits with it held (K32). */
export const do_unlinkat = path('do_unlinkat', ['inode'], ({ act, down_write, up, call, ret }) => [
  call(sb_start_write, () => undefined, 'mnt_want_write'),
  down_write('inode_lock of the directory', () => i_rwsem(DIRECTORY)),
  down_write('inode_lock of the victim', (_k, f) => i_rwsem(f.inode)),
  act('drop_nlink', (k, f) => {
    drop_nlink(k, f.inode);
  }),
  up('inode_unlock of the victim', (_k, f) => i_rwsem(f.inode)),
  up('inode_unlock of the directory', () => i_rwsem(DIRECTORY)),
  call(evict_unused_inodes, () => undefined),
  act('mnt_drop_write', (k) => {
    sb_end_write(k);
  }),
  ret(),
]);

/** rename(2): lock_two_nondirectories() on source and replaced file, the lower inode first; `over` 0: none. */
export const do_renameat2 = path(
  'do_renameat2',
  ['inode', 'over', 'first', 'second'],
  ({ act, branch, mark, down_write, up, call, ret }) => [
    act('order', (_k, f) => {
      f.first = f.over === 0 ? f.inode : Math.min(f.inode, f.over);
      f.second = f.over === 0 || f.over === f.inode ? 0 : Math.max(f.inode, f.over);
    }),
    call(sb_start_write, () => undefined, 'mnt_want_write'),
    down_write('lock_rename', () => i_rwsem(DIRECTORY)),
    down_write('lock_two_nondirectories first', (_k, f) => i_rwsem(f.first)),
    branch('one inode only', (_k, f) => f.second === 0, 'rename'),
    down_write('lock_two_nondirectories second', (_k, f) => i_rwsem(f.second)),
    act('drop_nlink', (k, f) => {
      drop_nlink(k, f.over);
    }),
    up('unlock_two_nondirectories second', (_k, f) => i_rwsem(f.second)),
    mark('rename'),
    up('unlock_two_nondirectories first', (_k, f) => i_rwsem(f.first)),
    up('unlock_rename', () => i_rwsem(DIRECTORY)),
    call(evict_unused_inodes, () => undefined),
    act('mnt_drop_write', (k) => {
      sb_end_write(k);
    }),
    ret(),
  ],
);

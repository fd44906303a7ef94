/**
 * fallocate(2) above the filesystems. Models fs/open.c:vfs_fallocate() of 6.1: a range that ends beyond s_maxbytes is
 * refused in every mode, before any lock. Then file_start_write(), which waits while the filesystem is frozen (K20).
 *
 * Left out: the checks of modes, rights and file types, which no operation of the vocabulary fails.
 */
import { EFBIG } from '../errno.ts';
import { path } from '../kernel.ts';
import { content_change_begins } from './expected_content.ts';
import type { Fallocate, FallocateMode } from './filesystem.ts';
import { beyond_maxbytes } from './inode.ts';
import { sb_end_write, sb_start_write } from './super.ts';

const vfsFallocate = (mode: FallocateMode, fallocate: Fallocate): Fallocate =>
  path(
    `vfs_fallocate ${mode}`,
    ['inode', 'start_page', 'start_byte', 'end_page', 'end_byte', 'keep_size', 'error'],
    ({ act, branch, mark, call, ret }) => [
      branch('s_maxbytes', (k, f) => beyond_maxbytes(k, f.end_page, f.end_byte), 'too big'),
      call(sb_start_write, () => undefined),
      act('change of content', (k, f) => {
        const { inode, start_page, start_byte, end_page, end_byte, keep_size } = f;
        content_change_begins(k, mode, { inode, start_page, start_byte, end_page, end_byte, keep_size });
      }),
      call(
        fallocate,
        (_k, f, callee) => {
          callee.inode = f.inode;
          callee.start_page = f.start_page;
          callee.start_byte = f.start_byte;
          callee.end_page = f.end_page;
          callee.end_byte = f.end_byte;
          callee.keep_size = f.keep_size;
        },
        'f_op->fallocate',
      ),
      act('file_end_write', (k, f) => {
        f.error = k.ret;
        sb_end_write(k);
      }),
      ret((_k, f) => f.error),
      mark('too big'),
      ret(() => -EFBIG),
    ],
  );

/** The system call's path for each mode of a filesystem. */
export function vfs_fallocate(
  modes: Readonly<Record<FallocateMode, Fallocate>>,
): Record<FallocateMode, Fallocate> {
  return {
    alloc: vfsFallocate('alloc', modes.alloc),
    punch: vfsFallocate('punch', modes.punch),
    zero: vfsFallocate('zero', modes.zero),
    collapse: vfsFallocate('collapse', modes.collapse),
    insert: vfsFallocate('insert', modes.insert),
    unshare: vfsFallocate('unshare', modes.unshare),
  };
}

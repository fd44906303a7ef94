/**
 * What a call that stands still waits for, read off its stack. The functions of locks themselves belong to the scheduler's
 * section and are left out of /proc/PID/stack, so that the innermost one is the function that takes the lock; where one
 * function can take more than one, its caller decides.
 */

/** `of the file`: of the file that the waiting call is about; `of the directory`: of the one that has its name. */
export const WAITS_FOR = [
  'i_rwsem of the file',
  'i_rwsem of the directory',
  'a page without references',
  'calls that write to end',
  'the freeze to end',
] as const;

export type WaitsFor = (typeof WAITS_FOR)[number];

const FILE = 'i_rwsem of the file';
const DIRECTORY = 'i_rwsem of the directory';
const PAGE = 'a page without references';

/** `function`, or `function caller`, to what it waits for. Files are those of 6.1 and 6.12. */
const BY_FUNCTION: Readonly<Record<string, WaitsFor>> = {
  // fs/ext4: inode_lock() or inode_lock_shared(), first of all.
  ext4_file_read_iter: FILE,
  ext4_file_write_iter: FILE,
  ext4_fallocate: FILE,
  ext4_llseek: FILE,
  // fs/xfs: the IOLOCK is i_rwsem. xfs_ilock() takes the ILOCK as well, but not in these callers before the IOLOCK.
  'xfs_ilock xfs_file_dax_read': FILE,
  'xfs_ilock xfs_file_dax_write': FILE,
  'xfs_ilock xfs_file_fallocate': FILE,
  'xfs_ilock xfs_vn_fiemap': FILE,
  xfs_ilock2_io_mmap: FILE,
  // fs/open.c, fs/utimes.c, fs/xattr.c, fs/namei.c: inode_lock() of the file itself.
  do_truncate: FILE,
  chmod_common: FILE,
  vfs_utimes: FILE,
  vfs_setxattr: FILE,
  vfs_link: FILE,
  vfs_unlink: FILE,
  vfs_rename: FILE,
  // fs/namei.c, fs/readdir.c: of the directory, before anything is looked up in it.
  walk_component: DIRECTORY,
  path_openat: DIRECTORY,
  filename_create: DIRECTORY,
  do_unlinkat: DIRECTORY,
  iterate_dir: DIRECTORY,
  // fs/ext4/inode.c, fs/xfs/xfs_file.c: ___wait_var_event() on the page's count.
  ext4_break_layouts: PAGE,
  xfs_break_dax_layouts: PAGE,
  // fs/super.c: sb_wait_write(), and sb_start_write() of everybody else.
  freeze_super: 'calls that write to end',
  percpu_rwsem_wait: 'the freeze to end',
};

/** Null for a stack that the table does not know. */
export function waitsFor([innermost = '', caller = '']: readonly string[]): WaitsFor | null {
  return BY_FUNCTION[innermost] ?? BY_FUNCTION[`${innermost} ${caller}`] ?? null;
}

/**
 * The parameters of system calls as the kernel's own trace points name them, in order, with the prefix that `perf trace`
 * leaves out of their flag words. Source: the fields of syscalls:sys_enter_* of Linux 6.1.
 *
 * `name` alone is a number or a pointer. `name:fd` is a descriptor, `name:path` a string, `name:PREFIX_` holds words.
 */
const PARAMETERS: Readonly<Record<string, string>> = {
  open: 'filename:path flags:O_ mode',
  openat: 'dfd:fd filename:path flags:O_ mode',
  openat2: 'dfd:fd filename:path how usize',
  creat: 'pathname:path mode',
  close: 'fd:fd',
  close_range: 'fd max_fd flags:CLOSE_RANGE_',
  dup: 'fildes:fd',
  dup2: 'oldfd:fd newfd:fd',
  dup3: 'oldfd:fd newfd:fd flags:O_',
  fcntl: 'fd:fd cmd:F_ arg',
  memfd_create: 'uname:path flags:MFD_',
  chdir: 'filename:path',
  fchdir: 'fd:fd',
  unshare: 'unshare_flags:CLONE_',
  read: 'fd:fd buf count',
  write: 'fd:fd buf count',
  readv: 'fd:fd vec vlen',
  writev: 'fd:fd vec vlen',
  pread64: 'fd:fd buf count pos',
  pwrite64: 'fd:fd buf count pos',
  preadv: 'fd:fd vec vlen pos_l pos_h',
  pwritev: 'fd:fd vec vlen pos_l pos_h',
  preadv2: 'fd:fd vec vlen pos_l flags:RWF_',
  pwritev2: 'fd:fd vec vlen pos_l flags:RWF_',
  lseek: 'fd:fd offset whence:SEEK_',
  truncate: 'path:path length',
  ftruncate: 'fd:fd length',
  fallocate: 'fd:fd mode:FALLOC_FL_ offset len',
  fsync: 'fd:fd',
  fdatasync: 'fd:fd',
  sync_file_range: 'fd:fd offset nbytes flags',
  syncfs: 'fd:fd',
  copy_file_range: 'fd_in:fd off_in fd_out:fd off_out len flags',
  splice: 'fd_in:fd off_in fd_out:fd off_out len flags',
  sendfile64: 'out_fd:fd in_fd:fd offset count',
  ioctl: 'fd:fd cmd arg',
  mmap: 'addr len prot:PROT_ flags:MAP_ fd:fd off',
  munmap: 'addr len',
  mremap: 'addr old_len new_len flags:MREMAP_ new_addr',
  mprotect: 'start len prot:PROT_',
  pkey_mprotect: 'start len prot:PROT_ pkey',
  madvise: 'start len_in behavior:MADV_',
  msync: 'start len flags',
  mlock: 'start len',
  mlock2: 'start len flags',
  munlock: 'start len',
  mbind: 'start len mode nmask maxnode flags',
  remap_file_pages: 'start size prot:PROT_ pgoff flags:MAP_',
  unlink: 'pathname:path',
  unlinkat: 'dfd:fd pathname:path flag:AT_',
  link: 'oldname:path newname:path',
  linkat: 'olddfd:fd oldname:path newdfd:fd newname:path flags:AT_',
  rename: 'oldname:path newname:path',
  renameat: 'olddfd:fd oldname:path newdfd:fd newname:path',
  renameat2: 'olddfd:fd oldname:path newdfd:fd newname:path flags:RENAME_',
  stat: 'filename:path statbuf',
  lstat: 'filename:path statbuf',
  fstat: 'fd:fd statbuf',
  newfstatat: 'dfd:fd filename:path statbuf flag:AT_',
  statx: 'dfd:fd filename:path flags:AT_ mask buffer',
  clone: 'clone_flags:CLONE_ newsp parent_tidptr child_tidptr tls',
  clone3: 'uargs size',
  execve: 'filename:path argv envp',
  execveat: 'fd:fd filename:path argv envp flags:AT_',
  exit: 'error_code',
  exit_group: 'error_code',
};

export interface Parameter {
  readonly name: string;
  readonly kind: 'number' | 'fd' | 'path' | 'words';
  /** What comes before each word; '' where there are none. */
  readonly prefix: string;
}

function parameter(text: string): Parameter {
  const [name = '', kind] = text.split(':');
  if (kind === undefined) return { name, kind: 'number', prefix: '' };
  if (kind === 'fd' || kind === 'path') return { name, kind, prefix: '' };
  return { name, kind: 'words', prefix: kind };
}

const BY_CALL: ReadonlyMap<string, readonly Parameter[]> = new Map(
  Object.entries(PARAMETERS).map(([call, text]) => [call, text.split(' ').map(parameter)]),
);

/** Parameters of a call in their order; undefined for calls that no importer asks about. */
export function parametersOf(call: string): readonly Parameter[] | undefined {
  return BY_CALL.get(call);
}

/**
 * The numbers behind the words that strace prints, as on x86-64 (asm-generic where the two agree).
 *
 * Logs made with `-X raw` or `-X verbose` hold numbers instead of words, so everything is decoded to numbers.
 */

export const O_TRUNC = 0o1000;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_APPEND = 0o2000;
export const O_DIRECTORY = 0o200000;
export const O_CLOEXEC = 0o2000000;
export const O_PATH = 0o10000000;
/** Without the O_DIRECTORY bit that O_TMPFILE holds as well. */
export const O_TMPFILE_BIT = 0o20000000;

export const OPEN_FLAGS: Readonly<Record<string, number>> = {
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  O_CREAT,
  O_EXCL,
  O_TRUNC,
  O_APPEND,
  O_DIRECTORY,
  O_CLOEXEC,
  O_PATH,
  O_TMPFILE: O_TMPFILE_BIT | O_DIRECTORY,
};

export const FD_CLOEXEC = 1;
export const DESCRIPTOR_FLAGS: Readonly<Record<string, number>> = { FD_CLOEXEC };

export const MFD_CLOEXEC = 1;
export const MEMFD_FLAGS: Readonly<Record<string, number>> = { MFD_CLOEXEC };

export const CLOSE_RANGE_UNSHARE = 2;
export const CLOSE_RANGE_CLOEXEC = 4;
export const CLOSE_RANGE_FLAGS: Readonly<Record<string, number>> = {
  CLOSE_RANGE_UNSHARE,
  CLOSE_RANGE_CLOEXEC,
};

export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const PROT_EXEC = 4;
export const PROT_FLAGS: Readonly<Record<string, number>> = { PROT_READ, PROT_WRITE, PROT_EXEC };

export const MAP_SHARED = 1;
export const MAP_PRIVATE = 2;
export const MAP_FIXED = 0x10;
export const MAP_ANONYMOUS = 0x20;
export const MAP_FIXED_NOREPLACE = 0x100000;
export const MAP_SHARED_VALIDATE = 3;
export const MAP_SYNC = 0x80000;
export const MAP_LOCKED = 0x2000;
export const MAP_DENYWRITE = 0x800;
export const MAP_POPULATE = 0x8000;
/** MAP_SHARED_VALIDATE is 3: its low two bits are a type, not flags. */
export const MAP_TYPE = 0xf;
export const MAP_FLAGS: Readonly<Record<string, number>> = {
  MAP_SHARED,
  MAP_PRIVATE,
  MAP_SHARED_VALIDATE,
  MAP_FIXED,
  MAP_ANONYMOUS,
  MAP_32BIT: 0x40,
  MAP_GROWSDOWN: 0x100,
  MAP_DENYWRITE,
  MAP_EXECUTABLE: 0x1000,
  MAP_LOCKED,
  MAP_NORESERVE: 0x4000,
  MAP_POPULATE,
  MAP_NONBLOCK: 0x10000,
  MAP_STACK: 0x20000,
  MAP_HUGETLB: 0x40000,
  MAP_SYNC,
  MAP_FIXED_NOREPLACE,
};

export const MREMAP_FIXED = 2;
export const MREMAP_DONTUNMAP = 4;
export const MREMAP_FLAGS: Readonly<Record<string, number>> = {
  MREMAP_MAYMOVE: 1,
  MREMAP_FIXED,
  MREMAP_DONTUNMAP,
};

/** Words of madvise(2)'s advice by number. */
export const ADVICE: Readonly<Record<number, string>> = {
  0: 'MADV_NORMAL',
  1: 'MADV_RANDOM',
  2: 'MADV_SEQUENTIAL',
  3: 'MADV_WILLNEED',
  4: 'MADV_DONTNEED',
  8: 'MADV_FREE',
  9: 'MADV_REMOVE',
  10: 'MADV_DONTFORK',
  11: 'MADV_DOFORK',
  12: 'MADV_MERGEABLE',
  13: 'MADV_UNMERGEABLE',
  14: 'MADV_HUGEPAGE',
  15: 'MADV_NOHUGEPAGE',
  16: 'MADV_DONTDUMP',
  17: 'MADV_DODUMP',
  18: 'MADV_WIPEONFORK',
  19: 'MADV_KEEPONFORK',
  20: 'MADV_COLD',
  21: 'MADV_PAGEOUT',
  22: 'MADV_POPULATE_READ',
  23: 'MADV_POPULATE_WRITE',
  24: 'MADV_DONTNEED_LOCKED',
  25: 'MADV_COLLAPSE',
};

export const FALLOC_FL_KEEP_SIZE = 1;
export const FALLOC_FL_PUNCH_HOLE = 2;
export const FALLOC_FL_COLLAPSE_RANGE = 8;
export const FALLOC_FL_ZERO_RANGE = 0x10;
export const FALLOC_FL_INSERT_RANGE = 0x20;
export const FALLOC_FL_UNSHARE_RANGE = 0x40;
export const FALLOCATE_FLAGS: Readonly<Record<string, number>> = {
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  FALLOC_FL_COLLAPSE_RANGE,
  FALLOC_FL_ZERO_RANGE,
  FALLOC_FL_INSERT_RANGE,
  FALLOC_FL_UNSHARE_RANGE,
};

export const CLONE_VM = 0x100;
export const CLONE_FS = 0x200;
export const CLONE_FILES = 0x400;
export const CLONE_VFORK = 0x4000;
export const CLONE_THREAD = 0x10000;
export const CLONE_FLAGS: Readonly<Record<string, number>> = {
  CLONE_VM,
  CLONE_FS,
  CLONE_FILES,
  CLONE_VFORK,
  CLONE_THREAD,
};

export const AT_REMOVEDIR = 0x200;
export const AT_SYMLINK_FOLLOW = 0x400;
export const AT_EMPTY_PATH = 0x1000;
export const AT_FLAGS: Readonly<Record<string, number>> = { AT_REMOVEDIR, AT_SYMLINK_FOLLOW, AT_EMPTY_PATH };

export const RENAME_EXCHANGE = 2;
export const RENAME_FLAGS: Readonly<Record<string, number>> = { RENAME_EXCHANGE };

/** pwritev2(2): append whatever the descriptor's own flag says. */
export const RWF_APPEND = 0x10;
export const RWF_FLAGS: Readonly<Record<string, number>> = { RWF_APPEND };

/** Words of fcntl(2) commands by number. */
export const FCNTL_COMMANDS: Readonly<Record<number, string>> = {
  0: 'F_DUPFD',
  2: 'F_SETFD',
  4: 'F_SETFL',
  1030: 'F_DUPFD_CLOEXEC',
};

/** Words of lseek(2)'s whence by number. */
export const WHENCE: Readonly<Record<number, string>> = { 0: 'SEEK_SET', 1: 'SEEK_CUR', 2: 'SEEK_END' };

export const S_IFMT = 0o170000;
export const S_IFREG = 0o100000;
/** The words strace prints for file types other than regular ones, and their numbers. */
export const FILE_TYPES: Readonly<Record<string, number>> = {
  S_IFSOCK: 0o140000,
  S_IFLNK: 0o120000,
  S_IFREG,
  S_IFBLK: 0o060000,
  S_IFDIR: 0o040000,
  S_IFCHR: 0o020000,
  S_IFIFO: 0o010000,
};

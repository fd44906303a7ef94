import { describe, expect, test } from 'vitest';
import { D, importText, showOperations } from './fixtures/import_text.ts';

describe('opened files', () => {
  test('open, write, read, close: file offsets are followed', () => {
    const log = importText(`
      1 openat(AT_FDCWD<${D}>, "a", O_RDWR|O_CREAT, 0600) = 3<${D}/a>
      1 write(3<${D}/a>, ""..., 100) = 100
      1 write(3<${D}/a>, ""..., 5000) = 4000
      1 lseek(3<${D}/a>, 10, SEEK_SET) = 10
      1 read(3<${D}/a>, ""..., 20) = 20
      1 pread64(3<${D}/a>, ""..., 20, 0) = 20
      1 read(3<${D}/a>, ""..., 20) = 20
      1 read(3<${D}/a>, "", 20) = 0
      1 fsync(3<${D}/a>) = 0
      1 close(3<${D}/a>) = 0
    `);
    expect(showOperations(log)).toEqual([
      '1: open file=0',
      '1: write end=100 file=0 start=0',
      '1: write end=4100 file=0 start=100',
      '1: read end=30 file=0 start=10',
      '1: read end=20 file=0 start=0',
      '1: read end=50 file=0 start=30',
      '1: fsync file=0',
      '1: close file=0',
    ]);
    expect(log.workload.ops.map((op) => op.line)).toEqual([1, 2, 3, 5, 6, 7, 9, 10]);
    expect(log.workload.files).toMatchObject([{ name: `${D}/a`, exists: false }]);
  });

  test('only data files are in the workload', () => {
    const log = importText(`
      1 openat(AT_FDCWD</>, "/etc/passwd", O_RDONLY) = 3</etc/passwd>
      1 read(3</etc/passwd>, ""..., 20) = 20
      1 close(3</etc/passwd>) = 0
      1 openat(AT_FDCWD</>, "/dev/shm/x", O_RDWR|O_CREAT, 0600) = 3</dev/shm/x>
      1 memfd_create("my mem", MFD_CLOEXEC) = 4</memfd:my mem>(deleted)
      1 ftruncate(4</memfd:my mem>(deleted), 8192) = 0
    `);
    expect(log.workload.files.map((file) => file.name)).toEqual(['/dev/shm/x', '/memfd:my mem']);
    expect(showOperations(log)).toEqual(['1: open file=0', '1: open file=1', '1: truncate file=1 size=8192']);
  });

  test('the prefix of data files is an option', () => {
    const text = '1 openat(AT_FDCWD</srv>, "a", O_RDWR) = 3</srv/a>';
    expect(importText(text).workload.ops).toEqual([]);
    expect(importText(text, '/srv/').workload.ops).toHaveLength(1);
  });

  test('what others lie below, and what is never read, written or mapped, is a directory', () => {
    const log = importText(`
      1 openat(AT_FDCWD<${D}>, "dir", O_RDONLY) = 3<${D}/dir>
      1 fsync(3<${D}/dir>) = 0
      1 openat(AT_FDCWD<${D}>, "other", O_RDONLY) = 4<${D}/other>
      1 openat(AT_FDCWD<${D}>, "dir/a", O_RDONLY) = 5<${D}/dir/a>
    `);
    expect(log.workload.files.map((file) => file.name)).toEqual([`${D}/other`, `${D}/dir/a`]);
  });

  test('directories and devices are none', () => {
    const log = importText(`
      1 openat(AT_FDCWD<${D}>, "dir", O_RDONLY|O_DIRECTORY) = 3<${D}/dir>
      1 fsync(3<${D}/dir>) = 0
      1 openat(AT_FDCWD<${D}>, "other", O_RDONLY) = 4<${D}/other>
      1 fsync(4<${D}/other>) = 0
      1 newfstatat(4<${D}/other>, "", {st_mode=S_IFDIR|0755, st_size=6, ...}, AT_EMPTY_PATH) = 0
      1 openat(AT_FDCWD<${D}>, "fifo", O_RDONLY) = 5<${D}/fifo>
      1 fstat(5<${D}/fifo>, {st_mode=S_IFIFO|0600, st_size=0, ...}) = 0
      1 openat(AT_FDCWD<${D}>, "entered", O_RDONLY) = 6<${D}/entered>
      1 fchdir(6<${D}/entered>) = 0
      1 openat(AT_FDCWD<${D}>, "current", O_RDONLY) = 7<${D}/current>
      1 openat(AT_FDCWD<${D}/current>, "missing", O_RDONLY) = -1 ENOENT (No such file or directory)
      1 openat(AT_FDCWD<${D}>, "searched", O_RDONLY) = 8<${D}/searched>
      1 newfstatat(8<${D}/searched>, "x", {st_mode=S_IFREG|0644, st_size=1, ...}, 0) = 0
    `);
    expect(log.workload).toMatchObject({ files: [], tasks: [], ops: [] });
  });

  test('O_PATH descriptors open nothing', () => {
    expect(
      importText(`1 open("${D}/a", O_RDWR|O_PATH) = 3<${D}/a>\n1 close(3<${D}/a>) = 0`).workload.ops,
    ).toEqual([]);
  });

  test('O_TRUNC, creat and openat2', () => {
    const log = importText(`
      1 open("${D}/a", O_RDWR|O_TRUNC) = 3<${D}/a>
      1 creat("${D}/b", 0600) = 4<${D}/b>
      1 openat2(AT_FDCWD<${D}>, "c", {flags=O_RDWR|O_CREAT, mode=0600, resolve=0}, 24) = 5<${D}/c>
    `);
    expect(showOperations(log)).toEqual(['1: open_trunc file=0', '1: open_trunc file=1', '1: open file=2']);
    expect(log.workload.files.map((file) => file.exists)).toEqual([true, false, false]);
  });

  test('O_APPEND writes at the end, if the log tells where that is', () => {
    const log = importText(`
      1 open("${D}/a", O_WRONLY|O_APPEND) = 3<${D}/a>
      1 write(3<${D}/a>, ""..., 10) = 10
      1 fstat(3<${D}/a>, {st_mode=S_IFREG|0600, st_size=500, ...}) = 0
      1 write(3<${D}/a>, ""..., 10) = 10
      1 fcntl(3<${D}/a>, F_SETFL, O_WRONLY) = 0
      1 write(3<${D}/a>, ""..., 10) = 10
      1 pwritev2(3<${D}/a>, [...], 1, 0, RWF_APPEND) = 7
    `);
    expect(showOperations(log)).toEqual([
      '1: open file=0',
      '1: write end=510 file=0 start=500',
      '1: write end=520 file=0 start=510',
      '1: write end=527 file=0 start=520',
    ]);
    expect(log.workload.notModelled).toEqual(new Map([['write:unknown_offset', 1]]));
  });

  test('vectors: positions, and -1 for the file offset', () => {
    const log = importText(`
      1 open("${D}/a", O_RDWR|O_CREAT|O_EXCL, 0600) = 3<${D}/a>
      1 writev(3<${D}/a>, [...], 2) = 100
      1 pwritev(3<${D}/a>, [...], 1, 4096) = 16
      1 preadv2(3<${D}/a>, [...], 1, -1, 0) = 8
    `);
    expect(showOperations(log).slice(1)).toEqual([
      '1: write end=100 file=0 start=0',
      '1: write end=4112 file=0 start=4096',
      '1: read end=108 file=0 start=100',
    ]);
  });

  test('positions of 32-bit programs', () => {
    const log = importText(`
      1 open("${D}/a", O_RDWR) = 3<${D}/a>
      1 _llseek(3<${D}/a>, 0, 4096, [4096], SEEK_SET) = 0
      1 read(3<${D}/a>, ""..., 8) = 8
      1 ftruncate64(3<${D}/a>, 8192) = 0
    `);
    expect(showOperations(log).slice(1)).toEqual([
      '1: read end=4104 file=0 start=4096',
      '1: truncate file=0 size=8192',
    ]);
  });
});

describe('sizes at the start', () => {
  test('from a stat by path before the file is opened', () => {
    const log = importText(`
      1 newfstatat(AT_FDCWD<${D}>, "a", {st_mode=S_IFREG|0644, st_size=10000, ...}, 0) = 0
      1 openat(AT_FDCWD<${D}>, "a", O_RDWR|O_CREAT, 0600) = 3<${D}/a>
      1 ftruncate(3<${D}/a>, 4096) = 0
    `);
    expect(log.workload.files).toEqual([
      {
        name: `${D}/a`,
        size: { page: 2, byte: 1808 },
        extents: [{ from: 0, to: 3, state: 'written' }],
        exists: true,
      },
    ]);
  });

  test('from statx, from SEEK_END, and from what was read', () => {
    const log = importText(`
      1 open("${D}/a", O_RDONLY) = 3<${D}/a>
      1 statx(3<${D}/a>, "", AT_EMPTY_PATH, STATX_ALL, {stx_mask=STATX_ALL, stx_mode=S_IFREG|0644, stx_size=5}) = 0
      1 open("${D}/b", O_RDONLY) = 4<${D}/b>
      1 lseek(4<${D}/b>, 0, SEEK_END) = 6
      1 open("${D}/c", O_RDONLY) = 5<${D}/c>
      1 pread64(5<${D}/c>, ""..., 4096, 4096) = 3
    `);
    const sizes = log.workload.files.map((file) => file.size.page * 4096 + file.size.byte);
    expect(sizes).toEqual([5, 6, 4099]);
  });
});

describe('sizes and holes', () => {
  test('every mode of fallocate', () => {
    const log = importText(`
      1 open("${D}/a", O_RDWR|O_CREAT, 0600) = 3<${D}/a>
      1 fallocate(3<${D}/a>, 0, 0, 8192) = 0
      1 fallocate(3<${D}/a>, FALLOC_FL_KEEP_SIZE, 8192, 100) = 0
      1 fallocate(3<${D}/a>, FALLOC_FL_KEEP_SIZE|FALLOC_FL_PUNCH_HOLE, 4096, 4096) = 0
      1 fallocate(3<${D}/a>, FALLOC_FL_ZERO_RANGE, 0, 4096) = 0
      1 fallocate(3<${D}/a>, 0x11, 0, 4096) = 0
      1 fallocate(3<${D}/a>, FALLOC_FL_COLLAPSE_RANGE, 0, 4096) = 0
      1 fallocate(3<${D}/a>, FALLOC_FL_INSERT_RANGE, 0, 4096) = 0
      1 fallocate(3<${D}/a>, FALLOC_FL_UNSHARE_RANGE, 0, 4096) = 0
      1 fallocate(3<${D}/a>, 0x80, 0, 4096) = 0
      1 fallocate(3<${D}/a>, FALLOC_FL_COLLAPSE_RANGE, 1, 4096) = -1 EINVAL (Invalid argument)
    `);
    expect(showOperations(log).slice(1)).toEqual([
      '1: alloc end=8192 file=0 keepSize=false start=0',
      '1: alloc end=8292 file=0 keepSize=true start=8192',
      '1: punch end=8192 file=0 start=4096',
      '1: zero end=4096 file=0 keepSize=false start=0',
      '1: zero end=4096 file=0 keepSize=true start=0',
      '1: collapse end=4096 file=0 start=0',
      '1: insert end=4096 file=0 start=0',
      '1: unshare end=4096 file=0 start=0',
      '1: collapse end=4097 file=0 start=1 EINVAL',
    ]);
    expect(log.workload.notModelled).toEqual(new Map([['fallocate', 1]]));
    expect(log.stats.counts.get('fallocate_collapse')).toBe(2);
    expect(log.stats.counts.get('fallocate_collapse_ok')).toBe(1);
  });

  test('truncate by path and by descriptor, exact up to 2^63', () => {
    const log = importText(`
      1 open("${D}/a", O_RDWR|O_CREAT, 0600) = 3<${D}/a>
      1 ftruncate(3<${D}/a>, 8070450532247928832) = 0
      1 truncate("${D}/a", 9223372036854775807) = -1 EFBIG (File too large)
      1 truncate("${D}/missing", 0) = -1 ENOENT (No such file or directory)
    `);
    expect(showOperations(log).slice(1)).toEqual([
      '1: truncate file=0 size=8070450532247928832',
      '1: truncate file=0 size=9223372036854775807 EFBIG',
    ]);
    expect(log.stats.maxOffset).toBe(8070450532247928832n);
  });

  test('offsets that no file can have make the line unusable', () => {
    const log = importText(`
      1 open("${D}/a", O_RDWR|O_CREAT, 0600) = 3<${D}/a>
      1 fallocate(3<${D}/a>, 0, 9223372036854775807, 1) = -1 EFBIG (File too large)
      1 ftruncate(3<${D}/a>, -1) = -1 EINVAL (Invalid argument)
    `);
    expect(log.rejected.map(({ line, why }) => [line, why])).toEqual([
      [2, 'file offset above 2^63 - 1: 9223372036854775808'],
      [3, 'negative file offset: -1'],
    ]);
  });
});

describe('names', () => {
  test('a file is followed through rename, link and unlink, and leaves with its last name', () => {
    const log = importText(`
      1 openat(AT_FDCWD<${D}>, "a", O_RDWR|O_CREAT, 0600) = 3<${D}/a>
      1 rename("a", "b") = 0
      1 link("b", "c") = 0
      1 unlink("b") = 0
      1 ftruncate(3<${D}/c>, 1) = 0
      1 unlinkat(AT_FDCWD<${D}>, "c", 0) = 0
      1 ftruncate(3<${D}/c>(deleted), 2) = 0
      1 openat(AT_FDCWD<${D}>, "c", O_RDWR|O_CREAT, 0600) = 4<${D}/c>
    `);
    expect(showOperations(log)).toEqual([
      '1: open file=0',
      '1: rename file=0',
      '1: truncate file=0 size=1',
      '1: unlink file=0',
      '1: truncate file=0 size=2',
      '1: open file=1',
    ]);
    expect(log.workload.files.map((file) => file.name)).toEqual([`${D}/a`, `${D}/c`]);
  });

  test('rename over a file, known or not', () => {
    const log = importText(`
      1 openat(AT_FDCWD<${D}>, "a", O_RDWR|O_CREAT, 0600) = 3<${D}/a>
      1 openat(AT_FDCWD<${D}>, "b", O_RDWR|O_CREAT, 0600) = 4<${D}/b>
      1 renameat2(AT_FDCWD<${D}>, "a", AT_FDCWD<${D}>, "b", 0) = 0
      1 renameat(AT_FDCWD<${D}>, "never opened", AT_FDCWD<${D}>, "b") = 0
      1 rename("other", "another") = 0
    `);
    expect(showOperations(log).slice(2)).toEqual(['1: rename file=0 over=1', '1: rename file=2 over=0']);
  });

  test('exchanged names', () => {
    const log = importText(`
      1 openat(AT_FDCWD<${D}>, "a", O_RDWR|O_CREAT, 0600) = 3<${D}/a>
      1 openat(AT_FDCWD<${D}>, "b", O_RDWR|O_CREAT, 0600) = 4<${D}/b>
      1 renameat2(AT_FDCWD<${D}>, "a", AT_FDCWD<${D}>, "b", RENAME_EXCHANGE) = 0
      1 truncate("b", 5) = 0
    `);
    expect(showOperations(log).at(-1)).toBe('1: truncate file=0 size=5');
  });

  test('O_TMPFILE numbers are used again for other files, and may get names', () => {
    const log = importText(`
      1 openat(AT_FDCWD<${D}>, ".", O_RDWR|O_TMPFILE, 0600) = 3<${D}/#132>(deleted)
      1 linkat(3<${D}/#132>(deleted), "", AT_FDCWD<${D}>, "f", AT_EMPTY_PATH) = 0
      1 truncate("f", 4096) = 0
      1 close(3<${D}/f>) = 0
      1 openat(AT_FDCWD<${D}>, ".", O_RDWR|O_TMPFILE, 0600) = 3<${D}/#132>(deleted)
      1 linkat(AT_FDCWD<${D}>, "/proc/self/fd/3", AT_FDCWD<${D}>, "g", AT_SYMLINK_FOLLOW) = 0
      1 truncate("g", 8192) = 0
    `);
    expect(showOperations(log)).toEqual([
      '1: open file=0',
      '1: truncate file=0 size=4096',
      '1: close file=0',
      '1: open file=1',
      '1: truncate file=1 size=8192',
    ]);
    expect(log.workload.files.map((file) => file.name)).toEqual([`${D}/#132`, `${D}/#132#2`]);
    expect(log.stats.counts.get('anonymous_inode_files')).toBe(2);
  });

  test('relative names follow chdir and fchdir', () => {
    const log = importText(`
      1 chdir("${D}/x") = 0
      1 creat("a", 0600) = 3<${D}/x/a>
      1 chdir("..") = 0
      1 truncate("x/a", 1) = 0
      1 openat(AT_FDCWD<${D}>, "y", O_RDONLY|O_DIRECTORY) = 4<${D}/y>
      1 fchdir(4<${D}/y>) = 0
      1 truncate("../x/a", 2) = 0
      1 openat(4<${D}/y>, "../x/a", O_RDWR) = 5<${D}/x/a>
    `);
    expect(showOperations(log)).toEqual([
      '1: open_trunc file=0',
      '1: truncate file=0 size=1',
      '1: truncate file=0 size=2',
      '1: open file=0',
    ]);
  });

  test('a file that moves in among the data files is counted', () => {
    const log = importText(`1 open("/tmp/a", O_RDWR) = 3</tmp/a>\n1 rename("/tmp/a", "${D}/a") = 0`);
    expect(log.workload.notModelled).toEqual(new Map([['rename_into_data', 1]]));
  });
});

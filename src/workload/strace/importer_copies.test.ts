import { describe, expect, test } from 'vitest';
import { D, importText, showOperations } from './fixtures/import_text.ts';

describe('copies, ioctls and what no operation stands for', () => {
  test('copies inside the kernel are a read and a write; the rest is counted', () => {
    const log = importText(`
      1 open("${D}/a", O_RDWR|O_CREAT, 0600) = 3<${D}/a>
      1 open("${D}/b", O_RDWR|O_CREAT|O_APPEND, 0600) = 4<${D}/b>
      1 write(3<${D}/a>, ""..., 100) = 100
      1 copy_file_range(3<${D}/a>, [0], 4<${D}/b>, [900 => 1000], 100, 0) = 100
      1 write(4<${D}/b>, ""..., 1) = 1
      1 sendfile(4<${D}/b>, 3<${D}/a>, NULL, 10) = 10
      1 read(3<${D}/a>, ""..., 1) = 1
      1 ioctl(4<${D}/b>, BTRFS_IOC_CLONE_RANGE or FICLONERANGE, {src_fd=3<${D}/a>, src_offset=0, src_length=32768, dest_offset=4096}) = 0
      1 write(4<${D}/b>, ""..., 1) = 1
      1 ioctl(3<${D}/a>, TCGETS, 0x7ffd) = -1 ENOTTY (Inappropriate ioctl for device)
      1 ioctl(3<${D}/a>, FS_IOC_FIEMAP, {fm_start=0}) = 0
      1 sync_file_range(3<${D}/a>, 0, 16384, SYNC_FILE_RANGE_WRITE) = 0
      1 io_submit(0x7f, 1, [...]) = 1
    `);
    expect(log.workload.notModelled).toEqual(
      new Map([
        ['io_submit', 1],
        ['sync_file_range', 1],
      ]),
    );
    expect(showOperations(log).slice(3)).toEqual([
      '1: read end=100 file=0 start=0',
      '1: write end=1000 file=1 start=900',
      '1: write end=1001 file=1 start=1000',
      '1: read end=110 file=0 start=100',
      '1: write end=1011 file=1 start=1001',
      '1: read end=111 file=0 start=110',
      '1: reflink at=4096 end=32768 file=1 source=0 start=0',
      '1: write end=36865 file=1 start=36864',
    ]);
  });

  test('copies of whole pages, which XFS turns into reflinks, are counted besides', () => {
    const log = importText(`
      1 open("${D}/a", O_RDWR|O_CREAT, 0600) = 3<${D}/a>
      1 open("${D}/b", O_RDWR|O_CREAT, 0600) = 4<${D}/b>
      1 copy_file_range(3<${D}/a>, NULL, 4<${D}/b>, [8192], 4096, 0) = 4096
      1 copy_file_range(3<${D}/a>, NULL, 4<${D}/b>, [8192], 4096, 0) = 0
      1 copy_file_range(3<${D}/a>, 0x7ffe, 4<${D}/b>, NULL, 4096, 0) = 4096
    `);
    expect(showOperations(log).slice(2)).toEqual([
      '1: read end=4096 file=0 start=0',
      '1: write end=12288 file=1 start=8192',
      '1: write end=4096 file=1 start=0',
    ]);
    expect(Object.fromEntries(log.workload.notModelled)).toEqual({
      'copy_file_range:reflink_on_xfs': 1,
      'copy_file_range:unknown_offset': 1,
    });
  });

  test('ioctls that share blocks, freeze and ask', () => {
    const log = importText(`
      1 open("${D}/a", O_RDWR|O_CREAT, 0600) = 3<${D}/a>
      1 open("${D}/b", O_RDWR|O_CREAT, 0600) = 4<${D}/b>
      1 open("/etc/x", O_RDONLY) = 5</etc/x>
      1 open("${D}", O_RDONLY|O_DIRECTORY) = 6<${D}>
      1 ftruncate(3<${D}/a>, 5000) = 0
      1 ioctl(4<${D}/b>, BTRFS_IOC_CLONE or FICLONE, 3<${D}/a>) = 0
      1 ioctl(4<${D}/b>, BTRFS_IOC_CLONE or FICLONE, 5</etc/x>) = 0
      1 ioctl(4<${D}/b>, BTRFS_IOC_CLONE or FICLONE, 3<${D}/a>) = -1 EOPNOTSUPP (Operation not supported)
      1 ioctl(3<${D}/a>, BTRFS_IOC_FILE_EXTENT_SAME or FIDEDUPERANGE, {src_offset=0, src_length=4096, dest_count=1, info=[{dest_fd=4<${D}/b>, dest_offset=8192}]} => {info=[{bytes_deduped=0, status=1}]}) = 0
      1 ioctl(3<${D}/a>, BTRFS_IOC_FILE_EXTENT_SAME or FIDEDUPERANGE, {src_offset=0, src_length=4096, dest_count=1, info=[...]}) = 0
      1 ioctl(6<${D}>, FIFREEZE) = 0
      1 ioctl(6<${D}>, FITHAW) = 0
      1 ioctl(5</etc/x>, FIFREEZE) = 0
    `);
    expect(showOperations(log).slice(3)).toEqual([
      '1: reflink at=0 end=5000 file=1 source=0 start=0',
      '1: reflink at=0 end=5000 file=1 source=0 start=0 EOPNOTSUPP',
      '1: dedupe at=8192 end=4096 file=1 source=0 start=0',
      '1: freeze',
      '1: thaw',
    ]);
    expect(Object.fromEntries(log.workload.notModelled)).toEqual({
      'ioctl:reflink_with_other_file': 1,
      'ioctl:FIDEDUPERANGE_destination_not_printed': 1,
    });
  });

  test('soft-dirty tracking starts afresh when the process asks for it', () => {
    const log = importText(`
      1 open("${D}/a", O_RDWR|O_CREAT, 0600) = 3<${D}/a>
      1 open("/proc/self/clear_refs", O_WRONLY) = 4</proc/1/clear_refs>
      1 write(4</proc/1/clear_refs>, "4", 1) = 1
      1 write(4</proc/1/clear_refs>, ""..., 1) = 1
      1 write(5</proc/9/clear_refs>, "4", 1) = 1
    `);
    expect(showOperations(log).slice(1)).toEqual(['1: clear_refs']);
    expect(log.workload.notModelled).toEqual(new Map([['clear_refs', 2]]));
  });

  test('a failed transfer keeps its range and errno, unless strace hides its length', () => {
    const log = importText(`
      1 open("${D}/a", O_RDWR|O_CREAT, 0600) = 3<${D}/a>
      1 pread64(3<${D}/a>, 0x7f3a, 16384, 4096) = -1 EFAULT (Bad address)
      1 writev(3<${D}/a>, [{iov_base="", iov_len=5}, {iov_base="", iov_len=6}], 2) = -1 ENOSPC (No space left on device)
      1 writev(3<${D}/a>, [...], 2) = -1 ENOSPC (No space left on device)
    `);
    expect(showOperations(log).slice(1)).toEqual([
      '1: read end=20480 file=0 start=4096 EFAULT',
      '1: write end=11 file=0 start=0 ENOSPC',
    ]);
    expect(log.rejected).toEqual([
      {
        line: 4,
        text: `1 writev(3<${D}/a>, [...], 2) = -1 ENOSPC (No space left on device)`,
        why: 'its length is not in the log',
      },
    ]);
  });

  test('a call that never returned may or may not have taken place', () => {
    const log = importText(`
      1 open("${D}/a", O_RDWR|O_CREAT, 0600) = 3<${D}/a>
      1 ftruncate(3<${D}/a>, 5 <unfinished ...>
      1 <... ftruncate resumed>) = ?
      1 ftruncate(3<${D}/a>, 5) = ? ERESTARTSYS (To be restarted)
      1 ftruncate(3<${D}/a>, 6 <unfinished ...>
      1 +++ killed by SIGKILL +++
    `);
    expect(showOperations(log)).toEqual(['1: open file=0', '1: close file=0', '1: exit']);
    expect(log.workload.notModelled).toEqual(new Map([['ftruncate:no_result', 1]]));
    expect(log.rejected).toEqual([
      { line: 5, text: `ftruncate(3<${D}/a>, 6`, why: 'the call never returned' },
    ]);
    expect(log.stats.counts.get('never_resumed')).toBe(1);
    expect(log.stats.counts.get('interrupted')).toBe(1);
  });
});

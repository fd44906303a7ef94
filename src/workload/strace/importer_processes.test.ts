import { describe, expect, test } from 'vitest';
import { D, importText, showOperations } from './fixtures/import_text.ts';

const OPEN = `1 open("${D}/a", O_RDWR|O_CREAT, 0600) = 3<${D}/a>`;
const MMAP = `1 mmap(NULL, 4096, PROT_READ, MAP_SHARED, 3<${D}/a>, 0) = 0x10000`;
const THREAD = 'flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD';

describe('descriptions', () => {
  test('live until their last descriptor goes: dup, fcntl, fork', () => {
    const log = importText(`
      ${OPEN}
      1 dup(3<${D}/a>) = 4<${D}/a>
      1 fcntl(3<${D}/a>, F_DUPFD, 10) = 10<${D}/a>
      1 close(3<${D}/a>) = 0
      1 close(4<${D}/a>) = 0
      1 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 2
      1 close(10<${D}/a>) = 0
      2 write(10<${D}/a>, ""..., 5) = 5
      2 exit_group(0) = ?
      2 +++ exited with 0 +++
    `);
    expect(showOperations(log)).toEqual([
      '1: open file=0',
      '1: fork child=1',
      '1: close file=0',
      '2: write end=5 file=0 start=0',
      '2: close file=0',
      '2: exit',
    ]);
  });

  test('share their file offset', () => {
    const log = importText(`
      ${OPEN}
      1 dup2(3<${D}/a>, 1</dev/pts/0>) = 1<${D}/a>
      1 write(1<${D}/a>, ""..., 5) = 5
      1 write(3<${D}/a>, ""..., 5) = 5
    `);
    expect(showOperations(log).slice(1)).toEqual([
      '1: write end=5 file=0 start=0',
      '1: write end=10 file=0 start=5',
    ]);
  });

  test('dup2 and dup3 close what the number meant, and not themselves', () => {
    const log = importText(`
      ${OPEN}
      1 open("${D}/b", O_RDWR|O_CREAT, 0600) = 4<${D}/b>
      1 dup2(3<${D}/a>, 3<${D}/a>) = 3<${D}/a>
      1 dup3(3<${D}/a>, 4<${D}/b>, O_CLOEXEC) = 4<${D}/a>
      1 execve("/bin/x", [...], 0x1) = 0
      1 close(3<${D}/a>) = 0
    `);
    expect(showOperations(log).slice(2)).toEqual([
      '1: close file=1',
      'x-1: open file=0',
      '1: exit',
      'x-1: close file=0',
    ]);
  });

  test('close_range, with and without CLOSE_RANGE_CLOEXEC', () => {
    const log = importText(`
      ${OPEN}
      1 open("${D}/b", O_RDWR|O_CREAT, 0600) = 4<${D}/b>
      1 close_range(4, 4294967295, 0) = 0
      1 close_range(3, 3, CLOSE_RANGE_CLOEXEC) = 0
      1 execve("/bin/x", [...], 0x1) = 0
    `);
    expect(showOperations(log).slice(2)).toEqual(['1: close file=1', '1: close file=0', '1: exit']);
  });

  test('threads share one table, unshare ends that', () => {
    const log = importText(`
      ${OPEN}
      1 clone3({${THREAD}, exit_signal=0} => {parent_tid=[2]}, 88) = 2
      1 clone3({${THREAD}, exit_signal=0} => {parent_tid=[3]}, 88) = 3
      3 unshare(CLONE_FILES) = 0
      2 close(3<${D}/a>) = 0
      1 write(3, ""..., 1) = 1
      3 close(3<${D}/a>) = 0
    `);
    expect(showOperations(log)).toEqual([
      '1: open file=0',
      '3: open file=0',
      '2: close file=0',
      '3: close file=0',
    ]);
  });

  test('of unknown origin are known by their path, and counted where it matters', () => {
    const log = importText(`
      1 ftruncate(7<${D}/a>, 5) = 0
      1 write(8<${D}/b>, ""..., 5) = 5
      1 ftruncate(9<${D}/c>(deleted), 6) = 0
      1 dup(1</dev/pts/0>) = 10</dev/pts/0>
      1 dup(4<pipe:[77]>) = 11<pipe:[77]>
      1 close(7<${D}/a>) = 0
    `);
    expect(showOperations(log)).toEqual([
      '1: open file=0',
      '1: truncate file=0 size=5',
      '1: open file=1',
      '1: open file=2',
      '1: truncate file=2 size=6',
      '1: close file=0',
    ]);
    expect(log.workload.files.map((file) => file.exists)).toEqual([true, true, true]);
    expect(log.stats.counts.get('fd_unknown_origin')).toBe(3);
    expect(log.workload.notModelled).toEqual(new Map([['write:unknown_offset', 1]]));
  });

  test('a path that contradicts what the log led to is believed and counted', () => {
    const log = importText(`
      ${OPEN}
      1 open("${D}/b", O_RDWR|O_CREAT, 0600) = 4<${D}/b>
      1 ftruncate(3<${D}/b>, 5) = 0
      1 ftruncate(4<${D}/new name>, 6) = 0
    `);
    expect(showOperations(log).slice(2)).toEqual([
      '1: close file=0',
      '1: open file=1',
      '1: truncate file=1 size=5',
      '1: truncate file=1 size=6',
    ]);
    expect(log.workload.notModelled.get('descriptor_contradicts_path')).toBe(2);
  });
});

describe('tasks', () => {
  test('threads share an address space, which ends with the last one', () => {
    const log = importText(`
      ${OPEN}
      ${MMAP}
      1 clone(child_stack=0x7f, ${THREAD}) = 2
      1 exit(0) = ?
      1 +++ exited with 0 +++
      9 truncate("${D}/a", 0) = 0
      2 +++ exited with 0 +++
      9 truncate("${D}/a", 0) = 0
    `);
    expect(log.workload.tasks).toEqual([
      { name: '1', mm: 0 },
      { name: '9', mm: 1 },
      { name: '2', mm: 0 },
    ]);
    expect(log.stats.counts.get('truncate_live')).toBe(1);
    expect(log.stats.counts.get('truncate_live_mm')).toBeUndefined();
    expect(showOperations(log).slice(2)).toEqual([
      '1: exit',
      '9: truncate file=0 size=0',
      '2: close file=0',
      '2: exit',
      '9: truncate file=0 size=0',
    ]);
  });

  test('execve ends a task and begins another behind the same pid', () => {
    const log = importText(`
      1 execve("/bin/one", [...], 0x1) = 0
      ${OPEN}
      ${MMAP}
      1 execve("/usr/bin/two", [...], 0x1) = 0
      1 ftruncate(3<${D}/a>, 0) = 0
      1 execve("/bin/three", [...], 0x1) = -1 ENOENT (No such file or directory)
    `);
    expect(log.workload.tasks).toEqual([
      { name: 'one-1', mm: 0 },
      { name: 'two-1', mm: 1 },
    ]);
    expect(showOperations(log).slice(2)).toEqual([
      'two-1: open file=0',
      'one-1: exit',
      'two-1: truncate file=0 size=0',
    ]);
    expect(log.stats.counts.get('truncate_live')).toBeUndefined();
  });

  test('a vfork child is in the address space of its parent until execve', () => {
    const log = importText(`
      ${OPEN}
      ${MMAP}
      1 vfork( <unfinished ...>
      2 ftruncate(3<${D}/a>, 0) = 0
      2 execve("/bin/x", [...], 0x1 <unfinished ...>
      1 <... vfork resumed>) = 2
      2 <... execve resumed>) = 0
      2 ftruncate(3<${D}/a>, 0) = 0
      1 ftruncate(3<${D}/a>, 0) = 0
    `);
    expect(log.stats.counts.get('truncate_live_mm')).toBe(2);
    expect(log.stats.counts.get('truncate_live')).toBe(3);
    expect(log.workload.tasks).toEqual([
      { name: '1', mm: 0 },
      { name: '2', mm: 0 },
      { name: 'x-2', mm: 1 },
    ]);
    expect(log.workload.notModelled).toEqual(new Map());
  });

  test('a fork with mappings makes a copy of them', () => {
    const log = importText(`
      ${OPEN}
      ${MMAP}
      1 fork() = 2
      2 munmap(0x10000, 4096) = 0
      2 mmap(NULL, 4096, PROT_READ, MAP_SHARED, 3<${D}/a>, 0) = 0x10000
      2 munmap(0x10000, 4096) = 0
      2 exit_group(0) = ?
      2 +++ exited with 0 +++
      1 munmap(0x10000, 4096) = 0
    `);
    expect(showOperations(log)).toEqual([
      '1: open file=0',
      '1: mmap file=0 from=16 pgoff=0 shared=true to=17 writable=false',
      '1: fork child=1',
      '2: munmap from=16 to=17',
      '2: mmap file=0 from=16 pgoff=0 shared=true to=17 writable=false',
      '2: munmap from=16 to=17',
      '2: close file=0',
      '2: exit',
      '1: munmap from=16 to=17',
    ]);
    expect(log.workload.notModelled).toEqual(new Map());
    expect(log.stats.counts.get('munmap_of_data')).toBe(3);
  });

  test('a child gets what was mapped without MADV_DONTFORK', () => {
    const log = importText(`
      ${OPEN}
      1 mmap(NULL, 12288, PROT_READ, MAP_SHARED, 3<${D}/a>, 0) = 0x10000
      1 madvise(0x10000, 8192, MADV_DONTFORK) = 0
      1 madvise(0x11000, 4096, MADV_DOFORK) = 0
      1 fork() = 2
      2 munmap(0x10000, 4096) = 0
      2 munmap(0x11000, 4096) = 0
    `);
    expect(showOperations(log).slice(2)).toEqual([
      '1: madvise_dontfork from=16 to=18',
      '1: fork child=1',
      '2: munmap from=17 to=18',
    ]);
    expect(log.workload.notModelled).toEqual(new Map([['madvise:MADV_DOFORK', 1]]));
  });

  test('a vfork child closes only what it opened in the memory it shares, and hands on all to its program', () => {
    const log = importText(`
      ${OPEN}
      1 vfork( <unfinished ...>
      2 open("${D}/b", O_RDWR|O_CREAT, 0600) = 4<${D}/b>
      2 dup2(4<${D}/b>, 1) = 1<${D}/b>
      2 close(4<${D}/b>) = 0
      2 execve("/bin/x", [...], 0x1 <unfinished ...>
      1 <... vfork resumed>) = 2
      2 <... execve resumed>) = 0
      2 write(1<${D}/b>, ""..., 5) = 5
      2 close(3<${D}/a>) = 0
      1 close(3<${D}/a>) = 0
    `);
    expect(showOperations(log)).toEqual([
      '1: open file=0',
      '2: open file=1',
      'x-2: open file=0',
      'x-2: open file=1',
      '2: close file=1',
      '2: exit',
      'x-2: write end=5 file=1 start=0',
      'x-2: close file=0',
      '1: close file=0',
    ]);
  });

  test('processes that share a descriptor table without their memory are counted', () => {
    const log = importText(`
      ${OPEN}
      1 clone(child_stack=NULL, flags=CLONE_FILES|SIGCHLD) = 2
      2 close(3<${D}/a>) = 0
    `);
    expect(showOperations(log)).toEqual(['1: open file=0', '1: fork child=1', '2: close file=0']);
    expect(log.workload.notModelled).toEqual(new Map([['clone:CLONE_FILES_without_CLONE_VM', 1]]));
  });

  test('a pid that is used again is another task', () => {
    const log = importText(`
      7 open("${D}/a", O_RDWR|O_CREAT, 0600) = 3<${D}/a>
      7 +++ exited with 0 +++
      1 fork() = 7
      7 truncate("${D}/a", 0) = 0
    `);
    expect(log.workload.tasks.map((task) => task.name)).toEqual(['7', '7#2']);
    expect(showOperations(log)).toEqual([
      '7: open file=0',
      '7: close file=0',
      '7: exit',
      '7#2: truncate file=0 size=0',
    ]);
  });

  test('commands name tasks where -Y prints them', () => {
    const log = importText(`1<fio> open("${D}/a", O_RDWR|O_CREAT, 0600) = 3<${D}/a>`);
    expect(log.workload.tasks[0]?.name).toBe('fio-1');
  });

  test('a thread that calls execve takes the place of the leader', () => {
    const log = importText(`
      ${OPEN}
      1 clone(child_stack=0x7f, ${THREAD}) = 2
      2 execve("/bin/x", [...], 0x1 <unfinished ...>
      1 +++ superseded by execve in pid 2 +++
      1 <... execve resumed>) = 0
      1 ftruncate(3<${D}/a>, 0) = 0
    `);
    expect(showOperations(log)).toEqual([
      '1: open file=0',
      '1: exit',
      'x-1: open file=0',
      '2: exit',
      'x-1: truncate file=0 size=0',
    ]);
  });

  test('without exit lines (-qq), what called exit ends with the log', () => {
    const log = importText(`${OPEN}\n1 exit_group(0) = ?`);
    expect(showOperations(log)).toEqual(['1: open file=0', '1: close file=0', '1: exit']);
  });

  test('a fork that the kernel restarts makes no child', () => {
    const log = importText(`
      1 clone(child_stack=NULL, flags=SIGCHLD) = ? ERESTARTNOINTR (To be restarted)
      1 clone(child_stack=NULL, flags=SIGCHLD) = 2
    `);
    expect(log.stats.counts.get('fork_like')).toBe(1);
    expect(log.stats.counts.get('interrupted')).toBe(1);
  });
});

describe('files that are no logs', () => {
  test('are refused', () => {
    expect(() => importText('hello\nworld')).toThrow('made-up.strace:1: no line looks like strace output');
    expect(() => importText(Array.from({ length: 301 }, () => 'x').join('\n') + `\n${OPEN}`)).toThrow(
      'no line looks',
    );
  });

  test('but single strange lines are listed', () => {
    const log = importText(`what is this\n${OPEN}\n1 read(3<${D}/a>, "abc`);
    expect(log.rejected).toEqual([
      { line: 1, text: 'what is this', why: 'neither a call, a signal nor an exit' },
      { line: 3, text: `1 read(3<${D}/a>, "abc`, why: 'the argument list never ends' },
    ]);
    expect(log.stats.unparsed).toBe(2);
  });
});

describe('descriptors that another process passed on', () => {
  test('are the files that have lost their names, or never had one', () => {
    const log = importText(`
      ${OPEN}
      1 unlink("${D}/a") = 0
      1 memfd_create("m", MFD_CLOEXEC) = 4</memfd:m>(deleted)
      1 openat(AT_FDCWD<${D}>, ".", O_RDWR|O_TMPFILE, 0600) = 5<${D}/#7>(deleted)
      9 ftruncate(3<${D}/a>(deleted), 1) = 0
      9 ftruncate(4</memfd:m>(deleted), 2) = 0
      9 ftruncate(5<${D}/#7>(deleted), 3) = 0
      1 close(5<${D}/#7>(deleted)) = 0
      9 close(5<${D}/#7>(deleted)) = 0
      1 openat(AT_FDCWD<${D}>, ".", O_RDWR|O_TMPFILE, 0600) = 5<${D}/#7>(deleted)
      8 ftruncate(3<${D}/#7>(deleted), 4) = 0
    `);
    const truncates = log.workload.ops.flatMap(({ op }) => (op.kind === 'truncate' ? [op.file] : []));
    expect(truncates).toEqual([0, 1, 2, 3]);
    expect(log.workload.files.map((file) => file.name)).toEqual([
      `${D}/a`,
      '/memfd:m',
      `${D}/#7`,
      `${D}/#7#2`,
    ]);
    expect(log.stats.counts.get('fd_unknown_origin')).toBe(4);
  });

  test('of which several can be meant are files of their own', () => {
    const log = importText(`
      1 memfd_create("m", 0) = 3</memfd:m>(deleted)
      1 memfd_create("m", 0) = 4</memfd:m>(deleted)
      2 ftruncate(3</memfd:m>(deleted), 1) = 0
    `);
    expect(showOperations(log).at(-1)).toBe('2: truncate file=2 size=1');
  });
});

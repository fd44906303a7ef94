import { describe, expect, test } from 'vitest';
import { D, importText, showOperations } from './fixtures/import_text.ts';

const OPEN = `1 open("${D}/a", O_RDWR|O_CREAT, 0600) = 3<${D}/a>`;
/** Page of an address. */
function page(address: number): number {
  return Math.floor(address / 4096);
}

describe('mappings', () => {
  test('of data files: place, offset, sharing, protection; lengths rounded up to pages', () => {
    const log = importText(`
      ${OPEN}
      1 mmap(NULL, 5000, PROT_READ|PROT_WRITE, MAP_SHARED, 3<${D}/a>, 0x6000000000001000) = 0x7f0000010000
      1 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3<${D}/a>, 0) = 0x7f0000020000
      1 mmap(NULL, 4096, 0x1 /* PROT_READ */, 0x3 /* MAP_SHARED_VALIDATE */, 3<${D}/a>, 0) = 0x7f0000030000
      1 mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000040000
    `);
    const at = page(0x7f0000010000);
    expect(log.workload.ops.slice(1).map(({ op }) => op)).toEqual([
      { kind: 'mmap', file: 0, pgoff: 0x6000000000001, shared: true, writable: true, from: at, to: at + 2 },
      { kind: 'mmap', file: 0, pgoff: 0, shared: false, writable: false, from: at + 16, to: at + 17 },
      { kind: 'mmap', file: 0, pgoff: 0, shared: true, writable: false, from: at + 32, to: at + 33 },
    ]);
  });

  test('calls on ranges count only where they touch such a mapping', () => {
    const log = importText(`
      ${OPEN}
      1 mmap(NULL, 16384, PROT_READ|PROT_WRITE, MAP_SHARED, 3<${D}/a>, 0) = 0x10000
      1 munmap(0x20000, 4096) = 0
      1 msync(0x10000, 100, MS_SYNC) = 0
      1 msync(0x20000, 100, MS_SYNC) = 0
      1 madvise(0x11000, 4096, MADV_DONTNEED) = 0
      1 madvise(0x20000, 4096, MADV_DONTNEED) = 0
      1 munmap(0x11000, 4096) = 0
      1 munmap(0x11000, 4096) = 0
      1 munmap(0, 0x100000) = 0
      1 munmap(0x10000, 4096) = 0
    `);
    expect(showOperations(log).slice(2)).toEqual([
      '1: msync from=16 to=17',
      '1: madvise_dontneed from=17 to=18',
      '1: munmap from=17 to=18',
      '1: munmap from=0 to=256',
    ]);
    expect(log.stats.counts.get('munmap_of_data')).toBe(2);
  });

  test('MAP_FIXED takes away what was there', () => {
    const log = importText(`
      ${OPEN}
      1 mmap(NULL, 16384, PROT_READ, MAP_SHARED, 3<${D}/a>, 0) = 0x10000
      1 mmap(0x11000, 4096, PROT_NONE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x11000
      1 mmap(0x12000, 4096, PROT_READ, MAP_SHARED|MAP_FIXED, 3<${D}/a>, 0) = 0x12000
      1 munmap(0x11000, 4096) = 0
    `);
    expect(showOperations(log).slice(2)).toEqual([
      '1: munmap from=17 to=18',
      '1: munmap from=18 to=19',
      '1: mmap file=0 from=18 pgoff=0 shared=true to=19 writable=false',
    ]);
    expect(log.stats.counts.get('munmap_of_file')).toBeUndefined();
  });

  test('mremap moves, grows, shrinks and duplicates', () => {
    const log = importText(`
      ${OPEN}
      1 mmap(NULL, 16384, PROT_READ, MAP_SHARED, 3<${D}/a>, 0x5000) = 0x10000
      1 mremap(0x10000, 16384, 32768, MREMAP_MAYMOVE) = 0x40000
      1 munmap(0x10000, 16384) = 0
      1 mremap(0x40000, 32768, 8192, 0) = 0x40000
      1 munmap(0x42000, 24576) = 0
      1 mremap(0x40000, 0, 8192, MREMAP_MAYMOVE) = 0x50000
      1 munmap(0x51000, 4096) = 0
      1 munmap(0x41000, 4096) = 0
      1 mremap(0x40000, 4096, 1099511627776, 0) = -1 ENOMEM (Cannot allocate memory)
      1 ftruncate(3<${D}/a>, 20480) = 0
    `);
    expect(showOperations(log).slice(2)).toEqual([
      '1: mremap from=16 newFrom=64 newTo=72 to=20',
      '1: mremap from=64 newFrom=64 newTo=66 to=72',
      '1: mmap file=0 from=80 pgoff=5 shared=true to=82 writable=false',
      '1: munmap from=81 to=82',
      '1: munmap from=65 to=66',
      '1: mremap from=64 newFrom=64 newTo=268435520 to=65 ENOMEM',
      '1: truncate file=0 size=20480',
    ]);
    // Both pages left show file page 5, which begins at the new end of the file.
    expect(log.stats.counts.get('truncate_overlap')).toBe(1);
  });

  test('mremap onto a mapping takes that away', () => {
    const log = importText(`
      ${OPEN}
      1 mmap(NULL, 4096, PROT_READ, MAP_SHARED, 3<${D}/a>, 0) = 0x10000
      1 mmap(NULL, 4096, PROT_READ, MAP_SHARED, 3<${D}/a>, 0) = 0x20000
      1 mremap(0x10000, 4096, 4096, MREMAP_MAYMOVE|MREMAP_FIXED, 0x20000) = 0x20000
      1 munmap(0x10000, 4096) = 0
      1 munmap(0x20000, 4096) = 0
    `);
    expect(showOperations(log).slice(3)).toEqual([
      '1: munmap from=32 to=33',
      '1: mremap from=16 newFrom=32 newTo=33 to=17',
      '1: munmap from=32 to=33',
    ]);
  });

  test('a refused mmap is kept, at an address of its own', () => {
    const log = importText(`
      ${OPEN}
      1 mmap(NULL, 8192, PROT_READ, MAP_SHARED_VALIDATE|MAP_SYNC, 3<${D}/a>, 0) = -1 EOPNOTSUPP (Operation not supported)
      1 mmap(NULL, 8192, PROT_READ, MAP_SHARED_VALIDATE|MAP_SYNC, 3<${D}/a>, 0) = -1 EOPNOTSUPP (Operation not supported)
      1 mmap(NULL, 8192, PROT_READ, MAP_SHARED, 3<${D}/a>, 0) = 0x10000
    `);
    const base = 2 ** 34;
    expect(showOperations(log).slice(1)).toEqual([
      `1: mmap file=0 from=${base} pgoff=0 shared=true sync=true to=${base + 2} writable=false EOPNOTSUPP`,
      `1: mmap file=0 from=${base + 2} pgoff=0 shared=true sync=true to=${base + 4} writable=false EOPNOTSUPP`,
      '1: mmap file=0 from=16 pgoff=0 shared=true to=18 writable=false',
    ]);
    expect(log.stats.counts.get('mmap_data')).toBe(1);
    expect(log.stats.counts.get('mmap_file')).toBe(3);
    expect(log.stats.mmapFlagWords).toEqual(
      new Map([
        ['MAP_SHARED_VALIDATE', 2],
        ['MAP_SYNC', 2],
        ['MAP_SHARED', 1],
      ]),
    );
  });

  test('advice and protection reach the data in the range, and nothing beside it', () => {
    const log = importText(`
      ${OPEN}
      1 mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_SHARED, 3<${D}/a>, 0) = 0x10000
      1 mmap(0x12000, 4096, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_FIXED, 3<${D}/a>, 0) = 0x12000
      1 mmap(0x14000, 4096, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_FIXED, 3<${D}/a>, 0) = 0x14000
      1 mprotect(0x11000, 65536, PROT_READ) = 0
      1 mprotect(0x11000, 65536, PROT_READ) = -1 ENOMEM (Cannot allocate memory)
      1 pkey_mprotect(0x10000, 4096, PROT_NONE, 1) = 0
      1 madvise(0, 0x100000, MADV_PAGEOUT) = 0
      1 madvise(0x10000, 4096, MADV_FREE) = -1 EINVAL (Invalid argument)
      1 madvise(0x10000, 4096, MADV_REMOVE) = 0
      1 mremap(0x10000, 4096, 4096, MREMAP_MAYMOVE|MREMAP_DONTUNMAP) = 0x30000
      1 munmap(0x10000, 4096) = 0
    `);
    expect(showOperations(log).slice(4)).toEqual([
      '1: mprotect from=17 readable=true to=19 writable=false',
      '1: mprotect from=20 readable=true to=21 writable=false',
      '1: mprotect from=17 readable=true to=33 writable=false ENOMEM',
      '1: mprotect from=16 readable=false to=17 writable=false',
      '1: madvise_pageout from=16 to=19',
      '1: madvise_pageout from=20 to=21',
      '1: madvise_free from=16 to=17 EINVAL',
      '1: madvise_remove from=16 to=17',
      '1: mremap dontUnmap=true from=16 newFrom=48 newTo=49 to=17',
      '1: munmap from=16 to=17',
    ]);
    expect(log.workload.notModelled).toEqual(new Map());
  });

  test('pages that a mapping fills at once are counted: the log does not tell how many', () => {
    const log = importText(`
      ${OPEN}
      1 mmap(NULL, 8192, PROT_READ, MAP_SHARED|MAP_POPULATE|MAP_LOCKED, 3<${D}/a>, 0) = 0x10000
    `);
    expect(Object.fromEntries(log.workload.notModelled)).toEqual({
      'mmap:MAP_POPULATE': 1,
      'mmap:MAP_LOCKED': 1,
    });
  });

  test('what is not modelled is counted', () => {
    const log = importText(`
      ${OPEN}
      1 mmap(NULL, 8192, PROT_READ, MAP_SHARED, 3<${D}/a>, 0) = 0x10000
      1 madvise(0x10000, 4096, MADV_RANDOM) = 0
      1 madvise(0x20000, 4096, MADV_RANDOM) = 0
      1 mlock(0x10000, 4096) = 0
      1 remap_file_pages(0x11000, 4096, 0, 0, 0) = 0
      1 shmat(17, NULL, 0) = 0x7f3a118a9000
      1 shmat(17, NULL, 0) = -1 EINVAL (Invalid argument)
    `);
    expect(Object.fromEntries(log.workload.notModelled)).toEqual({
      'madvise:MADV_RANDOM': 1,
      mlock: 1,
      remap_file_pages: 1,
      shmat: 1,
    });
    expect(log.stats.counts.get('madvise:MADV_RANDOM')).toBe(2);
    expect(log.stats.counts.get('madvise_of_file')).toBe(1);
  });
});

describe('calls that overlap in time', () => {
  test('take effect where they end, and name the line where they began', () => {
    const log = importText(`
      ${OPEN}
      1 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD) = 2
      1 mmap(NULL, 4096, PROT_READ, MAP_SHARED, 3<${D}/a>, 0 <unfinished ...>
      2 ftruncate(3<${D}/a>, 0) = 0
      2 ftruncate(3<${D}/a>, 0 <unfinished ...>
      1 <... mmap resumed>) = 0x10000
      2 <... ftruncate resumed>) = 0
    `);
    expect(log.workload.ops.map(({ op, line }) => [op.kind, line])).toEqual([
      ['open', 1],
      ['truncate', 4],
      ['mmap', 3],
      ['truncate', 5],
    ]);
    expect(log.stats.counts.get('truncate_live')).toBe(1);
  });

  test('an address is given out again before its munmap is seen to end', () => {
    const log = importText(`
      ${OPEN}
      1 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD) = 2
      1 mmap(NULL, 4096, PROT_READ, MAP_SHARED, 3<${D}/a>, 0) = 0x10000
      1 munmap(0x10000, 4096 <unfinished ...>
      2 mmap(NULL, 4096, PROT_READ, MAP_SHARED, 3<${D}/a>, 0) = 0x10000
      1 <... munmap resumed>) = 0
      1 ftruncate(3<${D}/a>, 0) = 0
    `);
    expect(log.workload.ops.map(({ op }) => op.kind)).toEqual(['open', 'mmap', 'munmap', 'mmap', 'truncate']);
    expect(log.stats.counts.get('truncate_live')).toBe(1);
  });

  test('a descriptor number is given out again before its close is seen to end', () => {
    const log = importText(`
      ${OPEN}
      1 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD) = 2
      1 close(3<${D}/a> <unfinished ...>
      2 open("${D}/b", O_RDWR|O_CREAT, 0600) = 3<${D}/b>
      1 <... close resumed>) = 0
      2 write(3<${D}/b>, ""..., 5) = 5
      2 close(3<${D}/b>) = 0
    `);
    expect(showOperations(log)).toEqual([
      '1: open file=0',
      '2: close file=0',
      '2: open file=1',
      '2: write end=5 file=1 start=0',
      '2: close file=1',
    ]);
  });
});

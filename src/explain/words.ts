/**
 * Operations and events in words that a kernel developer would use.
 */
import type { KernelEvent } from '../kernel/event.ts';
import { errnoName } from '../kernel/errno.ts';
import { WAIT } from '../kernel/kernel.ts';
import { ZERO_PFN } from '../kernel/mm/page.ts';
import { pte_flags, pte_pfn, pte_present, pte_write, PTE_PROTNONE } from '../kernel/mm/pgtable.ts';
import { WAIT_LOCK } from '../machine/task.ts';
import { INITIAL_CONTENT, type Session } from '../run/session.ts';
import { entryLockName, fileName, lockName } from '../run/wait_graph.ts';
import type { Offset } from '../workload/offset.ts';
import type { Operation } from '../workload/operation.ts';
import type { Workload, WorkloadFile } from '../workload/workload.ts';

/** `pages 3-5`, or `page 3`: [from, to) as a reader counts. */
export function pageRange(from: number, to: number, what = 'page'): string {
  if (to >= 2 ** 30) return from === 0 ? `all ${what}s` : `${what}s from ${from}`;
  return to - from === 1 ? `${what} ${from}` : `${what}s ${from}-${to - 1}`;
}

/** The pages of several ranges, neighbours joined. */
function bytes({ page, byte }: Offset): string {
  if (byte === 0) return page === 0 ? '0' : `${page} page${page === 1 ? '' : 's'}`;
  return page === 0 ? `${byte} bytes` : `${page} pages + ${byte} bytes`;
}

function byteRange(start: Offset, end: Offset): string {
  if (start.byte === 0 && end.byte === 0) return pageRange(start.page, end.page);
  return `${bytes(start)} to ${bytes(end)}`;
}

/** `file0 at the start: 4 pages; pages 0-3 written`. */
export function fileText({ name, size, extents, exists }: WorkloadFile): string {
  if (!exists) return `${name} does not exist at the start`;
  const parts = extents.map(({ from, to, state }) => `${pageRange(from, to)} ${state}`);
  return `${name} at the start: ${bytes(size)} long; ${parts.join(', ') || 'no blocks'}`;
}

const FALLOCATE = {
  alloc: '0',
  zero: 'ZERO_RANGE',
  punch: 'PUNCH_HOLE',
  collapse: 'COLLAPSE_RANGE',
  insert: 'INSERT_RANGE',
  unshare: 'UNSHARE_RANGE',
} as const;

const ADVICE = {
  madvise_dontneed: 'MADV_DONTNEED',
  madvise_remove: 'MADV_REMOVE',
  madvise_free: 'MADV_FREE',
  madvise_pageout: 'MADV_PAGEOUT',
  madvise_dontfork: 'MADV_DONTFORK',
} as const;

/** A system call as strace would print it, with names for files and pages for addresses. */
export function callText({ files, tasks, regions }: Workload, op: Operation): string {
  const file = 'file' in op ? (files[op.file]?.name ?? '?') : '';
  switch (op.kind) {
    case 'open':
    case 'close':
    case 'fsync':
    case 'unlink':
      return `${op.kind}(${file})`;
    case 'open_trunc':
      return `open(${file}, O_TRUNC)`;
    case 'truncate':
      return `truncate(${file}, ${bytes(op.size)})`;
    case 'alloc':
    case 'zero':
    case 'punch':
    case 'collapse':
    case 'insert':
    case 'unshare':
      return `fallocate(${file}, ${FALLOCATE[op.kind]}, ${byteRange(op.start, op.end)})`;
    case 'read':
    case 'write':
      return `p${op.kind}(${file}, ${byteRange(op.start, op.end)})`;
    case 'reflink':
    case 'dedupe': {
      const call = op.kind === 'reflink' ? 'FICLONERANGE' : 'FIDEDUPERANGE';
      const source = `${files[op.source]?.name ?? '?'} ${byteRange(op.start, op.end)}`;
      return `ioctl(${file}, ${call}, from ${source}, to ${bytes(op.at)})`;
    }
    case 'freeze':
    case 'thaw':
      return `ioctl(${op.kind === 'freeze' ? 'FIFREEZE' : 'FITHAW'})`;
    case 'umount':
      return 'umount()';
    case 'drop_caches':
      return 'echo 3 > /proc/sys/vm/drop_caches';
    case 'memory_failure':
      return `memory_failure(${file} page ${op.page})`;
    case 'rename':
      return `rename(${file}${op.over === undefined ? '' : `, over ${files[op.over]?.name ?? '?'}`})`;
    case 'clear_refs':
      return 'echo 4 > /proc/self/clear_refs';
    case 'fork':
      return `fork() -> ${tasks[op.child]?.name ?? '?'}`;
    case 'exit':
      return 'exit()';
    case 'signal':
      return `kill(${tasks[op.to]?.name ?? '?'})`;
    default:
      return 'region' in op ? deviceCall(regions, op) : memoryCall(file, op);
  }
}

type MemoryCall = Exclude<Extract<Operation, { from: number }>, { region: number }>;

function memoryCall(file: string, op: MemoryCall): string {
  const range = pageRange(op.from, op.to);
  switch (op.kind) {
    case 'mmap': {
      const flags = [
        ...(op.shared ? ['MAP_SHARED'] : ['MAP_PRIVATE']),
        ...(op.sync === true ? ['MAP_SYNC'] : []),
      ];
      const rights = op.writable ? 'rw' : 'ro';
      const at = pageRange(op.pgoff, op.pgoff + op.to - op.from);
      return `mmap(${file} ${at}, ${flags.join('|')}, ${rights}) at ${range}`;
    }
    case 'mremap':
      return `mremap(${range} to ${pageRange(op.newFrom, op.newTo)}${op.dontUnmap === true ? ', DONTUNMAP' : ''})`;
    case 'mprotect': {
      const rights = [...(op.readable ? ['READ'] : []), ...(op.writable ? ['WRITE'] : [])];
      return `mprotect(${range}, PROT_${rights.length === 0 ? 'NONE' : rights.join('|')})`;
    }
    case 'load':
    case 'store':
      return `CPU ${op.kind === 'load' ? 'reads' : 'writes'} ${range}`;
    case 'persist':
      return `CPU flushes caches of ${range}`;
    case 'munmap':
    case 'msync':
      return `${op.kind}(${range})`;
    default:
      return `madvise(${range}, ${ADVICE[op.kind]})`;
  }
}

type DeviceCall = Extract<Operation, { region: number }>;

function deviceCall(regions: readonly string[], op: DeviceCall): string {
  const region = regions[op.region] ?? `region${op.region}`;
  switch (op.kind) {
    case 'attach': {
      const how = [
        ...(op.writable ? [] : ['read-only']),
        ...(op.perTransfer ? ['pages held only during a transfer'] : []),
        ...(op.survivesExit ? ['kept after exit'] : []),
      ];
      const more = how.length === 0 ? '' : `, ${how.join(', ')}`;
      return `ioctl(attach ${region} = ${pageRange(op.from, op.to)}${more})`;
    }
    case 'detach':
      return `ioctl(detach ${region})`;
    case 'dma_read':
    case 'dma_write': {
      const fence = op.fence ? ', ends when user space signals' : '';
      const what = op.kind === 'dma_read' ? 'device reads' : 'device writes';
      return `ioctl(submit: ${what} ${pageRange(op.from, op.to)} of ${region}${fence})`;
    }
    case 'signal_fence':
      return `ioctl(signal fence of ${region})`;
  }
}

/** `0`, `-EFAULT`, `SIGBUS`. */
export function resultText(ret: number): string {
  const name = errnoName(ret);
  if (name === null) return String(ret);
  return name.startsWith('E') ? `-${name}` : name;
}

/** What a sleeper waits for; null for an idle engine or journal thread. */
export function waitText(session: Session, kind: number, a: number, b: number): string | null {
  switch (kind) {
    case WAIT_LOCK:
      return `waits for ${lockName(session, a)}`;
    case WAIT.entry:
      return `waits for ${entryLockName(session, a, b)}`;
    case WAIT.page_idle:
      return `waits until pfn ${a} is idle (refcount 1)`;
    case WAIT.invalidate_seq:
      return `waits for invalidations of mm${a} to end`;
    case WAIT.drain:
      return `waits for DMA in flight of region${a}`;
    case WAIT.job:
      return `waits for the transfer of region${a}`;
    case WAIT.fence:
      return `waits for user space to signal the fence of region${a}`;
    case WAIT.thaw:
      return 'waits for the filesystem to be thawed';
    case WAIT.writers:
      return 'waits for writers, to freeze the filesystem';
    case WAIT.srcu:
      return `waits for notifier callbacks of mm${a} to return (synchronize_srcu)`;
    default:
      return null;
  }
}

/** A CPU or device page table entry: `none`, `pfn 5 rw`, `pfn 5 ro`. */
export function entryText(pte: number): string {
  if (!pte_present(pte)) return 'none';
  const what = pte_pfn(pte) === ZERO_PFN ? 'zero page' : `pfn ${pte_pfn(pte)}`;
  if ((pte_flags(pte) & PTE_PROTNONE) !== 0) return `${what} PROT_NONE`;
  return `${what} ${pte_write(pte) ? 'rw' : 'ro'}`;
}

const nowText = (pte: number): string => (pte_present(pte) ? ` = ${entryText(pte)}` : ' cleared');

type Event<T extends KernelEvent['type']> = Extract<KernelEvent, { type: T }>;
type Writer = { readonly [T in KernelEvent['type']]?: (event: Event<T>, session: Session) => string | null };

const whole = (region: number, mm: number): string => (region < 0 ? `mm${mm}` : `region${region}`);

/** The pages of a file that an event is about. */
function filePages(
  session: Session,
  { inode, page, pages }: { inode: number; page: number; pages: number },
): string {
  return `${fileName(session, inode)} ${pageRange(page, page + pages)}`;
}

const WORDS: Writer = {
  sleep: ({ kind, a, b }, session) => waitText(session, kind, a, b),
  inv_start: ({ mm, from, to, event }) => `MMU_NOTIFY_${event}, mm${mm} ${pageRange(from, to)}`,
  inv_end: ({ mm, from, to }) => `mmu_notifier_invalidate_range_end(mm${mm} ${pageRange(from, to)})`,
  pte: ({ mm, from, to }, { system }) =>
    `CPU PTE of mm${mm} ${pageRange(from, to)}${nowText(system.ptes.get(mm, from))}`,
  device_pte: ({ region, from, to }, { system }) =>
    `device PTE of region${region} ${pageRange(from, to)}${nowText(system.device_ptes.get(region, from))}`,
  cpu_access: ({ mm, va, pages, pfn, write }) =>
    `CPU ${write ? 'writes' : 'reads'} mm${mm} ${pageRange(va, va + pages)} (${frames(pfn, pages)})`,
  dev_access: ({ region, va, pages, pfn, write }) =>
    `device ${write ? 'writes' : 'reads'} region${region} ${pageRange(va, va + pages)} (${frames(pfn, pages)})`,
  private_access: ({ mm, va, pages, pfn, device, write }) =>
    `${device ? 'device' : 'CPU'} ${write ? 'writes' : 'reads'} private copy at mm${mm} ${pageRange(va, va + pages)} (${frames(pfn, pages)})`,
  private_copy_moved: ({ mm, va, pages, pfn, pinned }) =>
    `mm${mm} ${pageRange(va, va + pages)} moves off ${frames(pfn, pages)}${pinned ? ', which is pinned' : ''}`,
  private_copies_zapped: ({ mm, from, to }) => `private copies at mm${mm} ${pageRange(from, to)} zapped`,
  mm_freed: ({ mm }) => `mm${mm} freed`,
  mm_use: ({ mm, va, device }) => (device ? `mm${mm} page ${va} looked up for the device` : null),
  driver_object_freed: ({ region, mm }) => `driver frees its object for ${whole(region, mm)}`,
  fork: ({ parent, mm }) => `mm${mm} is made, a copy of mm${parent}`,
  dma_begin: ({ region, va, pages }) => `DMA to region${region} ${pageRange(va, va + pages)} begins`,
  dma_end: ({ region, ret }) => `transfer of region${region} ends: ${resultText(ret)}`,
  device_fault: ({ region, va }) => `device page fault, region${region} page ${va}`,
  retry: ({ region }) => `region${region}: invalidated meanwhile, begins again`,
  callback_start: ({ region }) => `calls the driver back${region < 0 ? '' : ` for region${region}`}`,
  pin: ({ pfn, pages, held }) => `${frames(pfn, pages)} pinned (pins in all: ${held})`,
  unpin: ({ pfn, pages }) => `${frames(pfn, pages)} unpinned`,
  get: ({ pfn, pages }) => `get_page(${frames(pfn, pages)})`,
  put: ({ pfn, pages }) => `put_page(${frames(pfn, pages)})`,
  pmd_mapped: ({ mm, from, to }) => `huge PMD maps mm${mm} ${pageRange(from, to)}`,
  dirty_mark_lost: (event, session) => `dirty tag of ${filePages(session, event)} lost`,
  persist: (event, session) => `caches of ${filePages(session, event)} flushed by user space`,
  read: (event, session) => `${filePages(session, event)} read`,
  written: (event, session) => `${filePages(session, event)} written`,
  size: ({ inode }, session) => `i_size of ${fileName(session, inode)} changes`,
  blocks_allocated: (event, session) =>
    `${frames(event.pfn, event.pages)} allocated to ${filePages(session, event)}`,
  blocks_freed: (event, session) =>
    `${frames(event.pfn, event.pages)} freed (was ${filePages(session, event)})${stillReferenced(event)}`,
  blocks_moved: ({ inode }, session) => `blocks of ${fileName(session, inode)} move`,
  frozen: ({ frozen }) => `filesystem ${frozen ? 'frozen' : 'thawed'}`,
  writeback_skip: (event, session) => `write-back skips locked ${filePages(session, event)}`,
  fsync_ret: ({ inode, owed }, session) =>
    owed > 0 ? `fsync of ${fileName(session, inode)}: ${owed} pages not on the medium` : null,
  layout_break: ({ inode }, session) => `layout break of ${fileName(session, inode)} finds no busy page`,
  layout_wait: ({ inode, pfn }, session) =>
    pfn > 0 ? `layout break of ${fileName(session, inode)}: pfn ${pfn} is busy` : null,
};

const frames = (pfn: number, pages: number): string => pageRange(pfn, pfn + pages, 'pfn');

function stillReferenced({ pages, referenced }: { pages: number; referenced: number }): string {
  if (referenced === 0) return '';
  return pages === 1 ? ', still referenced' : `, ${referenced} of them still referenced`;
}

/** A function as a stack shows it; an access of a program is none. */
export function functionText(path: string): string {
  return path === 'cpu_access' ? 'CPU access' : `${path}()`;
}

/** An event as the story tells it; null for what it has no use for. */
export function eventText(session: Session, event: KernelEvent): string | null {
  const write = WORDS[event.type] as ((event: KernelEvent, session: Session) => string | null) | undefined;
  return write === undefined ? null : write(event, session);
}

/** A sentence of a property in the words of the story: `mm0`, `region0`, and contents by who wrote them. */
export function inShort(text: string): string {
  return text
    .replaceAll(/address space (\d+)/g, 'mm$1')
    .replaceAll(/region (\d+)/g, 'region$1')
    .replaceAll(/\boperation (\d+)/g, 'call $1')
    .replaceAll(/ read (\d+) from /g, (_, value: string) => ` read ${contentText(Number(value))} from `)
    .replaceAll(
      /, (?:where (\d+) was written|last written was (\d+))/g,
      (_, one: string | undefined, other: string | undefined) =>
        `, which should hold ${contentText(Number(one ?? other))}`,
    );
}

/** What a page holds: pages are told apart by who wrote them. */
function contentText(value: number): string {
  if (value === 0) return 'zeros';
  return value >= INITIAL_CONTENT ? 'the contents of the start' : `what call ${value - 1} wrote`;
}

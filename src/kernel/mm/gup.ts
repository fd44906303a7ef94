/**
 * Pinning user pages. Models mm/gup.c of 6.1: pin_user_pages_fast(), get_user_pages_fast() and the slow path of both.
 *
 * Both are internal_get_user_pages_fast() with FOLL_PIN or FOLL_GET: the same walk, and another count (K6). What fork and
 * copy on write do for a pin they do for FOLL_PIN alone (K9, K85): a page taken with FOLL_GET may be shared, and the
 * process may move off it.
 *
 * Fast (K83): no lock; raise the count, then read the entry again, and give the count back if it changed. A layout
 * break zaps first and reads counts after, so one of the two always sees the other (K36). Slow (K82): mmap_lock
 * for read, the count is taken under the page table lock, a missing entry is faulted in.
 *
 * A page that is pinned for reading must be the address space's alone, or the next write would move the process off it: a
 * private copy that fork has shared is unshared by a fault first (gup_must_unshare(), K85, K193). While fork
 * write-protects entries the fast walk gives everything back and goes the slow way (K73).
 *
 * The pages go to the `pfns` row of the region, as the kernel fills the caller's array.
 *
 * Of a huge PMD all pages that are asked for are taken in one look (follow_devmap_pmd, __gup_device_huge_pmd), each with a
 * count of its own: fsdax pages of 6.1 are no compound pages.
 *
 * Left out: fatal signals (the model's have handlers, which do not end a pin in 6.1), FOLL_FORCE, large folios, migration
 * of movable pages for FOLL_LONGTERM (no fsdax page gets that far, K88, and private copies lie where they may stay), the
 * pgmap reference taken and dropped inside the walk (K23).
 */
import type { Entry, Path, Steps } from '../../machine/program.ts';
import { visitRuns } from '../../machine/store.ts';
import { EFAULT, ENOMEM, EOPNOTSUPP } from '../errno.ts';
import { type Kernel, MM, mmap_lock, path, VMA } from '../kernel.ts';
import { FOLL_GET, FOLL_PIN, gup_put_pages, try_grab_pages } from './page.ts';
import { mk_pte, pte_allows, pte_anon, pte_pfn, pte_span_end, pte_write, PTE_WRITE } from './pgtable.ts';
import { handle_mm_fault } from './memory.ts';
import { find_vma, NO_VMA } from './vma.ts';

/** check_vma_flags(): 0 or the error the slow path returns for this VMA (K88, K94). */
export function check_vma_flags(
  k: Kernel,
  mm: number,
  va: number,
  write: boolean,
  longterm: boolean,
): number {
  const vma = find_vma(k, mm, va);
  if (vma === NO_VMA) return -EFAULT;
  if (longterm && k.fs.dax && k.rules.longterm_refused_on_fsdax) return -EOPNOTSUPP;
  if (longterm && write && !writable_file_mapping_allowed(k, vma)) return -EFAULT;
  return k.vmas.get(vma, write ? VMA.writable : VMA.readable) === 0 ? -EFAULT : 0;
}

/**
 * writable_file_mapping_allowed(): a long pin for writing goes past the write-back of a file whose dirty pages are tracked, and
 * later kernels refuse it (K237). 6.12 asks before it looks at the right to write.
 */
const writable_file_mapping_allowed = (k: Kernel, vma: number): boolean =>
  k.fs.dax || !k.rules.longterm_write_refused_on_tracked_file || k.vmas.get(vma, VMA.shared) === 0;

/**
 * gup_must_unshare(): a private copy that is to be pinned for reading is not known to be this address space's alone. A plain
 * reference is taken all the same.
 */
function gup_must_unshare(k: Kernel, pte: number, flags: number): boolean {
  if (flags !== FOLL_PIN || pte_write(pte) || !pte_anon(pte)) return false;
  return k.anon_exclusive.get(0, pte_pfn(pte)) === 0;
}

/** What follow_page_pte() says of an entry: usable as it is, to be faulted in, or to be unshared (-EMLINK). */
export const USABLE = 0;
const FAULT = 1;
const UNSHARE = 2;

function look_at_pte(k: Kernel, pte: number, write: boolean, flags: number): number {
  if (!pte_allows(pte, write)) return FAULT;
  return gup_must_unshare(k, pte, flags) ? UNSHARE : USABLE;
}

/**
 * gup_pte_range() may take the page: with FOLL_LONGTERM it leaves devmap pages to the slow path, which refuses them, but
 * not the private copies of a DAX mapping (K88).
 */
function fast_may_take(k: Kernel, f: Record<GupLocal, number>, flags: number): boolean {
  if (look_at_pte(k, f.pte, f.write === 1, flags) !== USABLE) return false;
  return f.longterm === 0 || pte_anon(f.pte) || long_pin_of_file_is_fast(k);
}

/** folio_fast_pin_allowed() of a page of the page cache: 6.1 asks nothing. */
const long_pin_of_file_is_fast = (k: Kernel): boolean =>
  !k.fs.dax && !k.rules.longterm_write_refused_on_tracked_file;

/** Records [va, end) as taken, at the frames of `pte`. */
export function record_pages(k: Kernel, region: number, va: number, end: number, pte: number): void {
  k.spend('gup_page', end - va);
  k.pfns.setRange(region, va, end, mk_pte(pte_pfn(pte), pte_write(pte) ? PTE_WRITE : 0));
}

/** How far one look at the page table goes from `va`: entries that are alike, of pages as exclusive. */
function look_end(k: Kernel, mm: number, va: number, end: number): number {
  const pte = k.ptes.get(mm, va);
  const stop = pte_span_end(k, mm, va, end);
  if (!pte_anon(pte)) return stop;
  const pfn = pte_pfn(pte);
  return va + k.anon_exclusive.runEnd(0, pfn, pfn + stop - va) - pfn;
}

/** unpin_user_pages_lockless() of what the fast walk has recorded for [start, va). */
function unpin_fast(k: Kernel, region: number, start: number, va: number): void {
  visitRuns(k.pfns, region, start, va, (from, to, pte) => {
    gup_put_pages(k, pte_pfn(pte), to - from, FOLL_PIN);
  });
  k.pfns.setRange(region, start, va, 0);
}

type GupLocal =
  'region' | 'mm' | 'start' | 'end' | 'write' | 'longterm' | 'va' | 'stop' | 'pte' | 'seq' | 'look' | 'error';
type GupSteps = Steps<Kernel, GupLocal>;

/** lockless_pages_from_mm(): goes on at `walked` with as much as it could take. */
const lockless_pages = ({ label, mark, branch }: GupSteps, flags: number): Entry<Kernel>[] => [
  mark('fast'),
  branch('all fast', (_k, f) => f.va >= f.end, 'walked'),
  label('gup_pte_range', 'K83', (k, f) => {
    f.pte = k.ptes.get(f.mm, f.va);
    f.stop = look_end(k, f.mm, f.va, f.end);
    f.look = fast_may_take(k, f, flags) ? USABLE : FAULT;
  }),
  branch('pte not usable', (_k, f) => f.look !== USABLE, 'walked'),
  // Between the entry and the count a layout break can zap and scan: what the recheck is for.
  label('try_grab_folio', 'K36', (k, f) => {
    try_grab_pages(k, pte_pfn(f.pte), f.stop - f.va, flags);
  }),
  label('pte recheck', 'K36', (k, f) => {
    const same = k.ptes.get(f.mm, f.va) === f.pte && k.ptes.runEnd(f.mm, f.va, f.stop) >= f.stop;
    if (same && !gup_must_unshare(k, f.pte, flags)) {
      record_pages(k, f.region, f.va, f.stop, f.pte);
      f.va = f.stop;
    } else {
      gup_put_pages(k, pte_pfn(f.pte), f.stop - f.va, flags);
      f.pte = -1;
    }
  }),
  branch('pte unchanged', (_k, f) => f.pte !== -1, 'fast'),
  mark('walked'),
];

/** A pin and a fork that write-protects keep out of each other's way (K73): a fork under way, or since the walk began. */
const write_protect_begin = ({ label, branch }: GupSteps): Entry<Kernel>[] => [
  label('write_protect_seq', 'K73', (k, f) => {
    f.seq = k.mms.get(f.mm, MM.write_protect_seq);
  }),
  branch('fork write-protects', (_k, f) => f.seq % 2 === 1, 'slow'),
];

const write_protect_retry = ({ label }: GupSteps): Entry<Kernel>[] => [
  label('read_seqcount_retry', 'K73', (k, f) => {
    if (k.mms.get(f.mm, MM.write_protect_seq) === f.seq) return;
    unpin_fast(k, f.region, f.start, f.va);
    f.va = f.start;
  }),
];

/** __get_user_pages() of what is left. */
const slow_pages = ({ label, act, mark, branch, call }: GupSteps, flags: number): Entry<Kernel>[] => [
  mark('next'),
  branch('all slow', (_k, f) => f.va >= f.end, 'unlock'),
  act('check_vma_flags', (k, f) => {
    f.error = check_vma_flags(k, f.mm, f.va, f.write === 1, f.longterm === 1);
  }),
  branch('refused', (_k, f) => f.error < 0, 'unlock'),
  label('follow_page_pte', 'K82', (k, f) => {
    f.pte = k.ptes.get(f.mm, f.va);
    f.look = look_at_pte(k, f.pte, f.write === 1, flags);
    if (f.look !== USABLE) return;
    f.stop = look_end(k, f.mm, f.va, f.end);
    try_grab_pages(k, pte_pfn(f.pte), f.stop - f.va, flags);
    record_pages(k, f.region, f.va, f.stop, f.pte);
    f.va = f.stop;
    f.pte = -1;
  }),
  branch('taken', (_k, f) => f.pte === -1, 'next'),
  call(handle_mm_fault, (_k, f, callee) => {
    callee.mm = f.mm;
    callee.va = f.va;
    callee.end = f.end;
    callee.write = f.write;
    callee.device = 1;
    callee.unshare = f.look === UNSHARE ? 1 : 0;
  }),
  branch('faulted in', (k) => k.ret > 0, 'next'),
  act('fault failed', (k, f) => {
    // vm_fault_to_errno()
    f.error = k.ret === -ENOMEM ? -ENOMEM : -EFAULT;
  }),
  mark('unlock'),
];

const internal_get_user_pages_fast = (name: string, flags: number): Path<Kernel, GupLocal> =>
  path(
    name,
    ['region', 'mm', 'start', 'end', 'write', 'longterm', 'va', 'stop', 'pte', 'seq', 'look', 'error'],
    (steps) => {
      const { act, mark, branch, down_read, up, ret } = steps;
      return [
        act('start', (_k, f) => {
          f.va = f.start;
        }),
        ...(flags === FOLL_PIN ? write_protect_begin(steps) : []),
        ...lockless_pages(steps, flags),
        ...(flags === FOLL_PIN ? write_protect_retry(steps) : []),
        branch('all pinned', (_k, f) => f.va >= f.end, 'pinned'),
        mark('slow'),
        down_read('mmap_read_lock', (_k, f) => mmap_lock(f.mm)),
        ...slow_pages(steps, flags),
        up('mmap_read_unlock', (_k, f) => mmap_lock(f.mm)),
        mark('pinned'),
        ret((_k, f) => (f.va > f.start ? f.va - f.start : f.error)),
      ];
    },
  );

/**
 * pin_user_pages_fast() of [start, end) into the region's `pfns`: returns the number of pages pinned, which may be
 * short, or -errno when there are none.
 */
export const pin_user_pages_fast = internal_get_user_pages_fast('pin_user_pages_fast', FOLL_PIN);

/** get_user_pages_fast(): as {@link pin_user_pages_fast}, with plain references. `longterm` is not for it (K9). */
export const get_user_pages_fast = internal_get_user_pages_fast('get_user_pages_fast', FOLL_GET);

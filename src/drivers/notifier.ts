/**
 * A driver with a notifier and without HMM: GUP finds the pages in the device's fault, the references are dropped at once,
 * and an interval notifier with sequence retry keeps the device's table right.
 *
 * After RDMA ODP up to 5.9 and KVM's guest faults (K151, K159), pin_user_pages.rst case 3 (K170). The protocol is
 * hmm_mirror's with another walk:
 *
 *   fault:      read_begin -> get_user_pages_fast -> put_page -> driver lock -> read_retry? -> device entries
 *
 * What HMM buys over this is in the walk alone, since the notifier gives the same guarantee to both (K219):
 *  - GUP takes a reference where hmm_range_fault takes none (K145). For as long as it has it the page is busy, and a
 *    layout break waits for it. Such a wait ends by itself, so that no operation is *blocked* and I2 holds; but the stricter
 *    promises of truncate_never_blocked and punch_hole_never_blocked, no wait for a page reference at all (D5), are those
 *    of a mirror that never has one. Faults that keep coming can go on making a break wait (K35).
 *  - GUP tells no rights. A page taken for reading is entered for reading only, and the device faults again to write, even
 *    where the CPU's entry was writable.
 *
 * The engine acts for the process, as a vCPU thread does, or a worker after kthread_use_mm(): get_user_pages_fast() looks at
 * current->mm only.
 *
 * Left out: KVM's list subscription (it has the whole address space in one), batches of pages.
 */
import type { Entry } from '../machine/program.ts';
import { get_user_pages_fast } from '../kernel/mm/gup.ts';
import { put_pages } from '../kernel/mm/page.ts';
import { mk_pte, pte_pfn, pte_write, PTE_WRITE } from '../kernel/mm/pgtable.ts';
import { mirroringDriver, type FaultSteps } from './hmm_mirror.ts';
import { REGION, type System } from './system.ts';

/** put_page() of what GUP left in `pfns`; entries for reading unless a write was asked for. */
export function put_and_keep_pfns(k: System, region: number, from: number, to: number, write: boolean): void {
  for (let va = from; va < to;) {
    const end = k.pfns.runEnd(region, va, to);
    const pte = k.pfns.get(region, va);
    put_pages(k, pte_pfn(pte), end - va);
    k.pfns.setRange(region, va, end, mk_pte(pte_pfn(pte), write && pte_write(pte) ? PTE_WRITE : 0));
    va = end;
  }
}

/** get_user_pages_fast() of [va, end), between read_begin and read_retry; what it comes up short by is faulted again. */
const gup_walk = ({ label, act, branch, mark, call }: FaultSteps): Entry<System>[] => [
  call(get_user_pages_fast, (k, f, callee) => {
    callee.region = f.region;
    callee.mm = k.regions.get(f.region, REGION.mm);
    callee.start = f.va;
    callee.end = f.end;
    callee.write = f.write;
  }),
  act('pages got', (k, f) => {
    f.error = Math.min(k.ret, 0);
    f.end = f.va + Math.max(k.ret, 0);
  }),
  branch('none', (_k, f) => f.error < 0, 'none'),
  // Until here a layout break finds the pages busy.
  label('put_page', 'K151', (k, f) => {
    put_and_keep_pfns(k, f.region, f.va, f.end, f.write === 1);
  }),
  mark('none'),
];

export const notifier = mirroringDriver({
  name: 'notifier',
  title: 'GUP in the device fault, the reference dropped at once, an interval notifier with sequence retry',
  walk: gup_walk,
  breaks: [
    { invariant: 'truncate_never_blocked', facts: ['K10', 'K31', 'K36', 'K151', 'K159'], memory: 'dax' },
    { invariant: 'punch_hole_never_blocked', facts: ['K10', 'K31', 'K36', 'K151', 'K159'], memory: 'dax' },
  ],
});

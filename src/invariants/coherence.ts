/**
 * I4 (mirror coherence) and I5 (same bytes).
 */
import type { StampedEvent } from '../kernel/event.ts';
import { COUNTER } from '../kernel/kernel.ts';
import { is_anon_pfn } from '../kernel/mm/page.ts';
import { pte_pfn, pte_present, pte_write } from '../kernel/mm/pgtable.ts';
import { transfer_in_flight } from '../drivers/device.ts';
import { REGION, type System } from '../drivers/system.ts';
import type { Session } from '../run/session.ts';
import { fileName } from '../run/wait_graph.ts';
import type { Invariant } from './invariant.ts';

/** The first page of [from, to) whose device entry is more than the CPU entry allows, or -1. */
function staleEntry(k: System, region: number, from: number, to: number): number {
  const mm = k.regions.get(region, REGION.mm);
  for (
    let va = k.device_ptes.nextNonZero(region, from, to);
    va < to;
    va = k.device_ptes.nextNonZero(region, va, to)
  ) {
    const device = k.device_ptes.get(region, va);
    const cpu = k.ptes.get(mm, va);
    const agrees =
      pte_present(cpu) && pte_pfn(cpu) === pte_pfn(device) && (!pte_write(device) || pte_write(cpu));
    if (!agrees) return va;
    va = Math.min(k.device_ptes.runEnd(region, va, to), k.ptes.runEnd(mm, va, to));
  }
  return -1;
}

/** Regions of `mm` that overlap [from, to), each with the part that does. */
function* overlapping(k: System, mm: number, from: number, to: number): Generator<[number, number, number]> {
  const count = k.counters.get(0, COUNTER.regions);
  for (let region = 0; region < count; region++) {
    if (k.regions.get(region, REGION.used) === 0 || k.regions.get(region, REGION.mm) !== mm) continue;
    const first = Math.max(from, k.regions.get(region, REGION.start));
    const last = Math.min(to, k.regions.get(region, REGION.end));
    if (first < last) yield [region, first, last];
  }
}

/** What of [from, to) of a region the device can still reach once invalidate_range_start has returned, or null. */
function leftOver(k: System, region: number, from: number, to: number): string | null {
  const va = k.device_ptes.nextNonZero(region, from, to);
  if (va < to) return `still has a device entry for page ${va}`;
  return transfer_in_flight(k, region, from, to) ? `still moves data of pages ${from} to ${to - 1}` : null;
}

function coherence(session: Session, { event }: StampedEvent): string | null {
  const k = session.system;
  if (event.type === 'inv_start_ret') {
    for (const [region, from, to] of overlapping(k, event.mm, event.from, event.to)) {
      const left = leftOver(k, region, from, to);
      if (left !== null) return `region ${region} ${left} after invalidate_range_start returned`;
    }
  }
  if (event.type === 'pte') {
    for (const [region, from, to] of overlapping(k, event.mm, event.from, event.to)) {
      const va = staleEntry(k, region, from, to);
      if (va >= 0) return `the device entry of region ${region} page ${va} is not what the CPU's is now`;
    }
  }
  if (event.type === 'device_pte' && event.present) {
    const va = staleEntry(k, event.region, event.from, event.to);
    if (va >= 0)
      return `region ${event.region} installed page ${va} although the CPU entry is another by now`;
  }
  return null;
}

/** I5: whoever reads a page sees what was last written to it. */
function sameBytes(session: Session, { event }: StampedEvent): string | null {
  if (event.type !== 'read' && event.type !== 'dev_access' && event.type !== 'cpu_access') return null;
  if (event.value === event.expected) return null;
  // A private copy has left the file: nothing is expected of it.
  if (event.type === 'dev_access' && is_anon_pfn(session.system, event.pfn)) return null;
  const who = { read: 'read(2)', dev_access: 'the device', cpu_access: 'the CPU' }[event.type];
  return `${who} read ${event.value} from ${fileName(session, event.inode)} page ${event.page}, last written was ${event.expected}`;
}

export const coherent: readonly Invariant[] = [
  {
    id: 'I4',
    title: 'outside an invalidation a device entry is what the CPU entry allows; inside one there is none',
    facts: ['K117', 'K118', 'K130'],
    onEvent: coherence,
  },
  {
    id: 'I5',
    title: 'every read returns what was last written; holes and regrown pages read as zeros',
    facts: ['K43', 'K46'],
    onEvent: sameBytes,
  },
];

/**
 * I11: references and memory accounts balance when nothing runs any more, and a limit is kept when it is asked about.
 */
import { visitRuns } from '../machine/store.ts';
import type { StampedEvent } from '../kernel/event.ts';
import { COUNTER, MM } from '../kernel/kernel.ts';
import { gets_held, GUP_PIN_COUNTING_BIAS, is_cache_pfn, pins_held } from '../kernel/mm/page.ts';
import { pte_anon, pte_pfn } from '../kernel/mm/pgtable.ts';
import { REGION, type System } from '../drivers/system.ts';
import type { Session } from '../run/session.ts';
import type { Invariant } from './invariant.ts';

/** How often each frame stands in a device table or in an array that a caller is filling. */
function holders(k: System): Map<number, number> {
  const found = new Map<number, number>();
  const count = k.counters.get(0, COUNTER.regions);
  for (let region = 0; region < count; region++) {
    for (const map of [k.device_ptes, k.pfns]) {
      const end = k.regions.get(region, REGION.end);
      visitRuns(map, region, k.regions.get(region, REGION.start), end, (va, to, pte) => {
        for (let page = 0; page < to - va; page++) {
          const pfn = pte_pfn(pte) + page;
          found.set(pfn, (found.get(pfn) ?? 0) + 1);
        }
      });
    }
  }
  return found;
}

/** How many page table entries show each private copy: one, or more since a fork. */
function mappings(session: Session): Map<number, number> {
  const k = session.system;
  const found = new Map<number, number>();
  for (let mm = 0; mm < session.addressSpaces; mm++) {
    visitRuns(k.ptes, mm, 0, k.llong_max_pages, (va, to, pte) => {
      for (let pfn = pte_pfn(pte); pte_anon(pte) && pfn < pte_pfn(pte) + to - va; pfn++)
        found.set(pfn, (found.get(pfn) ?? 0) + 1);
    });
  }
  return found;
}

/** A count as what it was added up from: nobody takes as many plain references as would look like a pin (K6). */
function kindsOf(count: number): { pins: number; gets: number } {
  return { pins: Math.floor(count / GUP_PIN_COUNTING_BIAS), gets: count % GUP_PIN_COUNTING_BIAS };
}

/** What is wrong with the count of one frame, or null. */
function countError(pfn: number, count: number, held: number, mapped: number): string | null {
  const references = count - mapped;
  if (references < 0) return `the count of pfn ${pfn} is ${count} below its idle value`;
  const { pins, gets } = kindsOf(references);
  if (pins + gets <= held) return null;
  return `pfn ${pfn} has ${pins} pins and ${gets} other references, ${held} accounted for`;
}

const framesEnd = (k: System): number => k.options.blocks + k.options.anonPages + k.options.cachePages + 1;

/** True when the frame is a folio of a file: the page cache has one of its references. */
const pageCacheHas = (k: System, pfn: number): boolean =>
  is_cache_pfn(k, pfn) && k.block_state.get(0, pfn) > 0;

/** Calls `visit` for runs of frames with references that are not the page cache's own: those can be too many to look at. */
function visitReferences(k: System, visit: (from: number, to: number, count: number) => void): void {
  visitRuns(k.refcount, 0, 1, framesEnd(k), (from, to, references) => {
    for (let pfn = from; pfn < to;) {
      const end = k.block_state.runEnd(0, pfn, to);
      const count = references - (pageCacheHas(k, pfn) ? 1 : 0);
      if (count > 0) visit(pfn, end, count);
      pfn = end;
    }
  });
}

/** Folios without the page cache's reference. */
function pageCacheErrors(k: System): string[] {
  const errors: string[] = [];
  const first = k.options.blocks + k.options.anonPages + 1;
  visitRuns(k.block_state, 0, first, framesEnd(k), (from, to) => {
    for (let pfn = from; pfn < to; pfn = k.refcount.runEnd(0, pfn, to))
      if (k.refcount.get(0, pfn) === 0) errors.push(`pfn ${pfn} is in a file and free`);
  });
  return errors;
}

function accounting(session: Session): string[] {
  const k = session.system;
  const held = holders(k);
  const mapped = mappings(session);
  const errors: string[] = [];
  const found = { pins: 0, gets: 0 };
  errors.push(...pageCacheErrors(k));
  visitReferences(k, (from, to, count) => {
    for (let pfn = from; pfn < to; pfn++) {
      const mappers = mapped.get(pfn) ?? 0;
      const { pins, gets } = kindsOf(count - mappers);
      found.pins += pins;
      found.gets += gets;
      const error = countError(pfn, count, held.get(pfn) ?? 0, mappers);
      if (error !== null) errors.push(error);
    }
  });
  if (found.pins !== pins_held(k))
    errors.push(`${pins_held(k)} pins acquired and not released, ${found.pins} on pages`);
  if (found.gets !== gets_held(k))
    errors.push(`${gets_held(k)} references that drivers took, ${found.gets} on pages`);
  return [...errors, ...chargeErrors(session)];
}

/** Pages that the attached regions of an address space were charged. */
function chargedTo(k: System, mm: number): number {
  let pages = 0;
  const count = k.counters.get(0, COUNTER.regions);
  for (let region = 0; region < count; region++) {
    if (k.regions.get(region, REGION.mm) === mm) pages += k.regions.get(region, REGION.charged);
  }
  return pages;
}

/** Each address space stands for what its regions were charged, on one account or the other (K110). */
function chargeErrors(session: Session): string[] {
  const k = session.system;
  const errors: string[] = [];
  for (let mm = 0; mm < session.addressSpaces; mm++) {
    const [pinned, locked] = [k.mms.get(mm, MM.pinned_vm), k.mms.get(mm, MM.locked_vm)];
    if (pinned < 0 || locked < 0) errors.push(`an account of address space ${mm} is negative`);
    else if (pinned + locked !== chargedTo(k, mm))
      errors.push(
        `address space ${mm} is charged ${pinned + locked} pages for regions of ${chargedTo(k, mm)}`,
      );
  }
  return errors;
}

/** A call that gave a device memory stayed within the limit. */
function overLimit(session: Session, { event }: StampedEvent): string | null {
  if (event.type !== 'op_end' || event.ret < 0) return null;
  const outcome = session.outcomes[event.op];
  if (outcome?.op.kind !== 'attach') return null;
  const k = session.system;
  const mm = session.workload.tasks[outcome.task]?.mm ?? 0;
  const limit = k.mms.get(mm, MM.memlock) - 1;
  const charged = k.regions.get(outcome.op.region, REGION.charged);
  if (limit < 0 || charged <= limit) return null;
  return `operation ${event.op} (attach) was charged ${charged} pages with a limit of ${limit}`;
}

export const balanced: Invariant = {
  id: 'I11',
  title: 'references and accounts balance: each is explained by a region, within its limit',
  facts: ['K6', 'K8', 'K106', 'K110'],
  onEvent: overLimit,
  atEnd: accounting,
};

/**
 * I11: references balance when nothing runs any more.
 */
import { visitRuns } from '../machine/store.ts';
import { COUNTER, MM } from '../kernel/kernel.ts';
import { GUP_PIN_COUNTING_BIAS, is_anon_pfn, pins_held } from '../kernel/mm/page.ts';
import { pte_pfn } from '../kernel/mm/pgtable.ts';
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

/** What is wrong with the count of one frame, or null. */
function countError(k: System, pfn: number, count: number, held: number): string | null {
  // The mapping of a private copy is its first reference.
  const references = is_anon_pfn(k, pfn) && count % GUP_PIN_COUNTING_BIAS === 1 ? count - 1 : count;
  if (references < 0) return `the count of pfn ${pfn} is ${count} below its idle value`;
  if (references % GUP_PIN_COUNTING_BIAS !== 0)
    return `pfn ${pfn} has a reference that is not a pin (count ${count} over idle)`;
  if (references / GUP_PIN_COUNTING_BIAS > held) {
    return `pfn ${pfn} has ${references / GUP_PIN_COUNTING_BIAS} pins, ${held} accounted for`;
  }
  return null;
}

function accounting(session: Session): string[] {
  const k = session.system;
  const held = holders(k);
  const errors: string[] = [];
  let pins = 0;
  visitRuns(k.refcount, 0, 1, k.options.blocks + k.options.anonPages + 1, (from, to, count) => {
    pins += Math.floor(count / GUP_PIN_COUNTING_BIAS) * (to - from);
    for (let pfn = from; pfn < to; pfn++) {
      const error = countError(k, pfn, count, held.get(pfn) ?? 0);
      if (error !== null) errors.push(error);
    }
  });
  if (pins !== pins_held(k)) errors.push(`${pins_held(k)} pins acquired and not released, ${pins} on pages`);
  for (let mm = 0; mm < session.addressSpaces; mm++) {
    if (k.mms.get(mm, MM.pinned_vm) < 0) errors.push(`pinned_vm of address space ${mm} is negative`);
  }
  return errors;
}

export const balanced: Invariant = {
  id: 'I11',
  title: 'references balance: every count is explained by a region that holds it',
  facts: ['K6', 'K8', 'K106'],
  atEnd: accounting,
};

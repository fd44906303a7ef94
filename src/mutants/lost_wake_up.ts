/**
 * Unpinning lowers the counts and wakes nobody: a truncate that waited for the page sleeps on.
 */
import { clear_device_ptes } from '../drivers/device.ts';
import { REGION } from '../drivers/system.ts';
import { COUNTER } from '../kernel/kernel.ts';
import { GUP_PIN_COUNTING_BIAS } from '../kernel/mm/page.ts';
import { pte_pfn } from '../kernel/mm/pgtable.ts';
import { changeRuns, visitRuns } from '../machine/store.ts';
import { type Mutant, replaceEntry } from './mutant.ts';

export const lost_wake_up: Mutant = {
  name: 'lost_wake_up',
  title: 'the last unpin does not wake who waits for the page',
  imitates: '"dax: fix missed wakeup in put_unlocked_entry" (2021): a waker that skips a waiter (K199)',
  driver: 'gup',
  breaks: ['I7'],
  patches: () => [
    replaceEntry('gup unpin', 'unpin_user_pages', ['region'], ({ label }) => [
      label('unpin without wake_up_var', 'K10', (k, f) => {
        const start = k.regions.get(f.region, REGION.start);
        const end = k.regions.get(f.region, REGION.end);
        visitRuns(k.device_ptes, f.region, start, end, (va, to, pte) => {
          const pfn = pte_pfn(pte);
          if (pfn === 0) return;
          changeRuns(k.refcount, 0, pfn, pfn + to - va, (count) => count - GUP_PIN_COUNTING_BIAS);
          k.counters.set(0, COUNTER.pins_released, k.counters.get(0, COUNTER.pins_released) + to - va);
        });
        clear_device_ptes(k, f.region, start, end);
      }),
    ]),
  ],
};

/** Unpinning lowers the counts and wakes nobody. */
import { clear_device_ptes } from '../drivers/device.ts';
import { REGION } from '../drivers/system.ts';
import { COUNTER, MM } from '../kernel/kernel.ts';
import { GUP_PIN_COUNTING_BIAS, ZERO_PFN } from '../kernel/mm/page.ts';
import { pte_pfn } from '../kernel/mm/pgtable.ts';
import { changeRuns, visitRuns } from '../machine/store.ts';
import { type Mutant, replace } from './mutant.ts';

export const lostWakeUp: Mutant = {
  name: 'lost_wake_up',
  title: 'unpin_user_pages lowers the counts without waking who waits for an idle page',
  imitates: 'K10 and K199: a count that falls to idle must wake the sleepers on the page',
  facts: ['K10', 'K199'],
  driver: 'gup',
  breaks: ['I7'],
  filesStayMapped: false,
  patches: [
    replace('gup unpin', 'unpin_user_pages', ['region'], ({ label }) => [
      label('unpin_user_pages', 'K199', (k, f) => {
        const start = k.regions.get(f.region, REGION.start);
        const end = k.regions.get(f.region, REGION.end);
        let released = 0;
        let runs = 0;
        visitRuns(k.device_ptes, f.region, start, end, (va, to, pte) => {
          runs++;
          if (pte_pfn(pte) === ZERO_PFN) return;
          changeRuns(
            k.refcount,
            0,
            pte_pfn(pte),
            pte_pfn(pte) + to - va,
            (count) => count - GUP_PIN_COUNTING_BIAS,
          );
          released += to - va;
        });
        k.counters.set(0, COUNTER.pins_released, k.counters.get(0, COUNTER.pins_released) + released);
        const mm = k.regions.get(f.region, REGION.mm);
        const charged = k.regions.get(f.region, REGION.charged);
        if (runs > 0) k.mms.set(mm, MM.pinned_vm, k.mms.get(mm, MM.pinned_vm) - charged);
        k.regions.set(f.region, REGION.charged, 0);
        clear_device_ptes(k, f.region, start, end);
      }),
    ]),
  ],
};

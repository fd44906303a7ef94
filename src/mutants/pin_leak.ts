/**
 * Unpinning forgets the first page of the region.
 */
import { clear_device_ptes } from '../drivers/device.ts';
import { REGION } from '../drivers/system.ts';
import { unpin_pages } from '../kernel/mm/page.ts';
import { pte_pfn } from '../kernel/mm/pgtable.ts';
import { visitRuns } from '../machine/store.ts';
import { type Mutant, replaceEntry } from './mutant.ts';

export const pin_leak: Mutant = {
  name: 'pin_leak',
  title: 'unpinning a region forgets its first page',
  imitates: '873aefb376bb "vfio/type1: Unpin zero pages": references that release did not give back (K204)',
  driver: 'gup',
  breaks: ['I11'],
  patches: () => [
    replaceEntry('gup unpin', 'unpin_user_pages', ['region'], ({ label }) => [
      label('unpin all but the first', 'K6', (k, f) => {
        const start = k.regions.get(f.region, REGION.start);
        const end = k.regions.get(f.region, REGION.end);
        visitRuns(k.device_ptes, f.region, start + 1, end, (va, to, pte) => {
          unpin_pages(k, pte_pfn(pte), to - va);
        });
        clear_device_ptes(k, f.region, start, end);
      }),
    ]),
  ],
};

/** What was pinned is given back twice. */
import { gup } from '../drivers/gup.ts';
import { REGION } from '../drivers/system.ts';
import { unpin_pages } from '../kernel/mm/page.ts';
import { pte_pfn } from '../kernel/mm/pgtable.ts';
import { visitRuns } from '../machine/store.ts';
import { entryOf, type Mutant, replace } from './mutant.ts';

export const doubleUnpin: Mutant = {
  name: 'double_unpin',
  title: 'a region is unpinned twice when it is given back',
  imitates: 'an unpin too many: the general form of the counts below zero of K203 and K205',
  facts: ['K6', 'K8', 'K205'],
  driver: 'gup',
  breaks: ['I11'],
  filesStayMapped: false,
  patches: [
    replace('gup unpin', 'unpin_user_pages', ['region'], ({ label }) => [
      label('unpin_user_pages once', 'K6', (k, f) => {
        const start = k.regions.get(f.region, REGION.start);
        const end = k.regions.get(f.region, REGION.end);
        visitRuns(k.device_ptes, f.region, start, end, (va, to, pte) => {
          unpin_pages(k, pte_pfn(pte), to - va);
        });
      }),
      entryOf(gup.detach, 'unpin_user_pages'),
    ]),
  ],
};

/** A pin that comes out short forgets one page when it gives back what it took. */
import { REGION } from '../drivers/system.ts';
import { unpin_pages } from '../kernel/mm/page.ts';
import { pte_pfn } from '../kernel/mm/pgtable.ts';
import { visitRuns } from '../machine/store.ts';
import { type Mutant, replace } from './mutant.ts';

export const pinLeak: Mutant = {
  name: 'pin_leak',
  title: 'the error path of a short pin unpins all pages but the first',
  imitates: 'the mistake that K82 warns of: a short count still has pins that the caller must give back',
  facts: ['K6', 'K8', 'K82', 'K204'],
  driver: 'gup',
  breaks: ['I11'],
  filesStayMapped: false,
  patches: [
    replace('gup pin', 'unpin what was pinned', ['region'], ({ label }) => [
      label('unpin all but the first', 'K150', (k, f) => {
        const start = k.regions.get(f.region, REGION.start);
        const end = k.regions.get(f.region, REGION.end);
        visitRuns(k.pfns, f.region, start + 1, end, (va, to, pte) => {
          unpin_pages(k, pte_pfn(pte), to - va);
        });
        k.pfns.setRange(f.region, start, end, 0);
      }),
    ]),
  ],
};

/** A pin for reading takes a page that fork has shared: the next write moves the process off it. */
import { record_pages, USABLE } from '../kernel/mm/gup.ts';
import { FOLL_PIN, try_grab_pages } from '../kernel/mm/page.ts';
import { pte_allows, pte_pfn, pte_span_end } from '../kernel/mm/pgtable.ts';
import { type Mutant, replace } from './mutant.ts';

export const pinDoesNotUnshare: Mutant = {
  name: 'pin_does_not_unshare',
  title: 'GUP pins a private copy for reading although the address space does not have it alone',
  imitates: 'K193: copy on write that sends the wrong one away (CVE-2020-29374), before PageAnonExclusive',
  facts: ['K85', 'K193'],
  driver: 'gup',
  breaks: ['private_copies'],
  filesStayMapped: false,
  patches: [
    replace(
      'pin_user_pages_fast',
      'follow_page_pte',
      ['region', 'mm', 'va', 'end', 'write', 'stop', 'pte', 'look'],
      ({ label }) => [
        label('follow_page_pte without gup_must_unshare', 'K193', (k, f) => {
          f.pte = k.ptes.get(f.mm, f.va);
          // Nothing but missing rights makes it fault.
          f.look = USABLE;
          if (!pte_allows(f.pte, f.write === 1)) return;
          f.stop = pte_span_end(k, f.mm, f.va, f.end);
          try_grab_pages(k, pte_pfn(f.pte), f.stop - f.va, FOLL_PIN);
          record_pages(k, f.region, f.va, f.stop, f.pte);
          f.va = f.stop;
          f.pte = -1;
        }),
      ],
    ),
  ],
};

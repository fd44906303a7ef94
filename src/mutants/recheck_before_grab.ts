/** Fast GUP looks at the entry again before it has raised the count. */
import { record_pages } from '../kernel/mm/gup.ts';
import { FOLL_PIN, try_grab_pages } from '../kernel/mm/page.ts';
import { pte_pfn } from '../kernel/mm/pgtable.ts';
import { type Mutant, replace } from './mutant.ts';

export const recheckBeforeGrab: Mutant = {
  name: 'recheck_before_grab',
  title: 'the recheck of the entry stands before the count: a layout break in between sees an idle page',
  imitates:
    'K202: fast GUP against page tables that are freed (70cbc3cc78a9, 2ba99c5e0881), here against a layout break',
  facts: ['K36', 'K83', 'K202'],
  driver: 'gup',
  breaks: ['I1'],
  filesStayMapped: true,
  patches: [
    replace('pin_user_pages_fast', 'try_grab_folio', ['mm', 'va', 'stop', 'pte'], ({ label }) => [
      label('pte recheck too early', 'K36', (k, f) => {
        const same = k.ptes.get(f.mm, f.va) === f.pte && k.ptes.runEnd(f.mm, f.va, f.stop) >= f.stop;
        if (!same) f.pte = -1;
      }),
    ]),
    replace('pin_user_pages_fast', 'pte recheck', ['region', 'va', 'stop', 'pte'], ({ label, branch }) => [
      branch('pte changed', (_k, f) => f.pte === -1, 'walked'),
      label('try_grab_folio too late', 'K36', (k, f) => {
        try_grab_pages(k, pte_pfn(f.pte), f.stop - f.va, FOLL_PIN);
        record_pages(k, f.region, f.va, f.stop, f.pte);
        f.va = f.stop;
      }),
    ]),
  ],
};

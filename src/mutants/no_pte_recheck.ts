/** Fast GUP keeps the page it counted without looking at the page table again. */
import { mk_pte, pte_pfn, pte_write, PTE_WRITE } from '../kernel/mm/pgtable.ts';
import { type Mutant, replace } from './mutant.ts';

export const noPteRecheck: Mutant = {
  name: 'no_pte_recheck',
  title: 'pin_user_pages_fast does not read the entry again after it has raised the count',
  imitates:
    'a mistake, no known bug: the check behind try_grab_folio() in mm/gup.c, the only guard where a TLB flush is broadcast ' +
    '(where it needs IPIs, fast GUP holds it off by running with interrupts off)',
  facts: ['K36', 'K83'],
  driver: 'gup',
  breaks: ['I1'],
  filesStayMapped: true,
  patches: [
    replace('pin_user_pages_fast', 'pte recheck', ['region', 'va', 'stop', 'pte'], ({ label }) => [
      label('no recheck', 'K36', (k, f) => {
        k.pfns.setRange(f.region, f.va, f.stop, mk_pte(pte_pfn(f.pte), pte_write(f.pte) ? PTE_WRITE : 0));
        f.va = f.stop;
      }),
    ]),
  ],
};

/**
 * The mirror takes a reference to each page it installs and never drops it: a mirror that is a pin in disguise.
 */
import { install_device_ptes } from '../drivers/device.ts';
import { page_ref_add } from '../kernel/mm/page.ts';
import { pte_pfn } from '../kernel/mm/pgtable.ts';
import { visitRuns } from '../machine/store.ts';
import { type Mutant, replaceEntry } from './mutant.ts';

export const mirror_keeps_reference: Mutant = {
  name: 'mirror_keeps_reference',
  title: 'the mirror keeps a page reference for every device entry',
  imitates: 'i915 userptr, which registers a notifier and pins as well (K158, K212)',
  driver: 'hmm_mirror',
  breaks: ['truncate_never_blocked', 'punch_hole_never_blocked', 'I11'],
  patches: () => [
    replaceEntry('hmm_mirror device_fault', 'install', ['region', 'va', 'end'], ({ act }) => [
      act('install and get_page', (k, f) => {
        visitRuns(k.pfns, f.region, f.va, f.end, (va, to, pte) => {
          page_ref_add(k, pte_pfn(pte), to - va, 1);
        });
        install_device_ptes(k, f.region, f.va, f.end);
      }),
    ]),
  ],
};

/** The mirror takes a reference to each page it installs and gives it back at detach only: a pin by another name. */
import { clear_device_ptes, install_device_ptes } from '../drivers/device.ts';
import { REGION, type System } from '../drivers/system.ts';
import { page_ref_add, page_ref_sub } from '../kernel/mm/page.ts';
import { pte_pfn } from '../kernel/mm/pgtable.ts';
import { visitRuns } from '../machine/store.ts';
import { type Mutant, replace } from './mutant.ts';

/** Calls `change` for the frames of the device entries of [from, to). */
function each_frame(
  k: System,
  region: number,
  from: number,
  to: number,
  change: (pfn: number, pages: number) => void,
): void {
  visitRuns(k.device_ptes, region, from, to, (va, end, pte) => {
    change(pte_pfn(pte), end - va);
  });
}

export const mirrorKeepsReference: Mutant = {
  name: 'mirror_keeps_reference',
  title: 'the mirror takes a page reference at install and drops it at detach only, not in its callback',
  imitates: 'a mirror that forgets K145 (nothing hmm_range_fault returns is to be held) and so becomes a pin',
  facts: ['K145', 'K31', 'K212', 'K216'],
  driver: 'hmm_mirror',
  breaks: ['truncate_never_blocked', 'punch_hole_never_blocked', 'I2'],
  filesStayMapped: false,
  patches: [
    replace('hmm_mirror device_fault', 'install', ['region', 'va', 'end'], ({ act }) => [
      act('install and hold', (k, f) => {
        // An entry that is replaced gives its reference back first.
        each_frame(k, f.region, f.va, f.end, (pfn, pages) => {
          page_ref_sub(k, pfn, pages, 1);
        });
        install_device_ptes(k, f.region, f.va, f.end);
        each_frame(k, f.region, f.va, f.end, (pfn, pages) => {
          page_ref_add(k, pfn, pages, 1);
        });
      }),
    ]),
    replace('hmm_mirror detach', 'clear device table', ['region'], ({ act }) => [
      act('drop and clear', (k, f) => {
        const [start, end] = [k.regions.get(f.region, REGION.start), k.regions.get(f.region, REGION.end)];
        each_frame(k, f.region, start, end, (pfn, pages) => {
          page_ref_sub(k, pfn, pages, 1);
        });
        clear_device_ptes(k, f.region, start, end);
      }),
    ]),
  ],
};

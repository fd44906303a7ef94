/** The callback takes the exclusive end of the range for an inclusive one, less one. */
import { clear_device_ptes } from '../drivers/device.ts';
import { REGION } from '../drivers/system.ts';
import { type Mutant, replace } from './mutant.ts';

export const invalidateMissesLastPage: Mutant = {
  name: 'invalidate_misses_last_page',
  title: 'the callback clears one page less than the range it is given',
  imitates:
    'the mistake that K123 warns of: the end of a range is exclusive, the last page of the tree inclusive',
  facts: ['K117', 'K123'],
  driver: 'hmm_mirror',
  breaks: ['I4'],
  filesStayMapped: false,
  patches: [
    replace('hmm_mirror invalidate', 'clear device entries', ['region', 'start', 'end'], ({ act }) => [
      act('clear device entries but the last', (k, f) => {
        const from = Math.max(f.start, k.regions.get(f.region, REGION.start));
        clear_device_ptes(k, f.region, from, Math.min(f.end - 1, k.regions.get(f.region, REGION.end)));
      }),
    ]),
  ],
};

/** A registration that fails gives back more than it was charged. */
import { MM } from '../kernel/kernel.ts';
import { REGION } from '../drivers/system.ts';
import { type Mutant, replace } from './mutant.ts';

export const unchargedTwice: Mutant = {
  name: 'uncharged_twice',
  title: 'the error path of a registration takes its pages off pinned_vm twice',
  imitates: 'K205: VFIO took off locked_vm what it had not charged there, and the account fell below zero',
  facts: ['K106', 'K107', 'K205'],
  driver: 'gup',
  breaks: ['I11'],
  filesStayMapped: false,
  patches: [
    replace('gup pin', 'uncharge', ['region'], ({ act }) => [
      act('uncharge twice', (k, f) => {
        const mm = k.regions.get(f.region, REGION.mm);
        const pages = k.regions.get(f.region, REGION.charged);
        k.mms.set(mm, MM.pinned_vm, k.mms.get(mm, MM.pinned_vm) - 2 * pages);
        k.regions.set(f.region, REGION.charged, 0);
      }),
    ]),
  ],
};

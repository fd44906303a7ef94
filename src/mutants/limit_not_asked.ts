/** A registration is charged without a look at the limit. */
import { REGION } from '../drivers/system.ts';
import { MM } from '../kernel/kernel.ts';
import { type Mutant, replace } from './mutant.ts';

export const limitNotAsked: Mutant = {
  name: 'limit_not_asked',
  title: 'the driver charges what it pins and does not compare it with RLIMIT_MEMLOCK',
  imitates: 'the mistake that K107 warns of: the limit is checked before a pin succeeds',
  facts: ['K106', 'K107'],
  driver: 'gup',
  breaks: ['I11'],
  filesStayMapped: false,
  patches: [
    replace('gup pin', 'cur_base', ['region', 'from'], ({ act }) => [
      act('cur_base', (k, f) => {
        const [start, end] = [k.regions.get(f.region, REGION.start), k.regions.get(f.region, REGION.end)];
        const mm = k.regions.get(f.region, REGION.mm);
        f.from = start;
        if (k.regions.get(f.region, REGION.per_transfer) === 1) return;
        k.mms.set(mm, MM.pinned_vm, k.mms.get(mm, MM.pinned_vm) + end - start);
        k.regions.set(f.region, REGION.charged, end - start);
      }),
    ]),
  ],
};

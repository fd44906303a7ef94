/** After an invalidation the mirror walks again with the sequence that it had. */
import { mmu_interval_read_begin } from '../kernel/mm/mmu_notifier.ts';
import { type Mutant, replace } from './mutant.ts';

export const retryWithoutBegin: Mutant = {
  name: 'retry_without_begin',
  title: 'the device fault takes the sequence once and does not begin anew when it must retry',
  imitates:
    'the mistake that K143 warns of: after -EBUSY the caller starts again from mmu_interval_read_begin',
  facts: ['K127', 'K131', 'K143'],
  driver: 'hmm_mirror',
  breaks: ['I12'],
  filesStayMapped: false,
  patches: [
    replace('hmm_mirror device_fault', 'mmu_interval_read_begin', ['region', 'seq'], ({ branch, call }) => [
      branch('begun before', (_k, f) => f.seq !== 0, 'begun'),
      call(mmu_interval_read_begin, (_k, f, callee) => {
        callee.region = f.region;
      }),
    ]),
    replace('hmm_mirror device_fault', 'seq', ['seq'], ({ act, mark }) => [
      act('seq', (k, f) => {
        f.seq = k.ret;
      }),
      mark('begun'),
    ]),
  ],
};

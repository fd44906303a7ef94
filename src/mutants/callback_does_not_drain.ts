/** The callback does not wait for transfers that have looked an entry up before it was cleared. */
import { type Mutant, replace } from './mutant.ts';

export const callbackDoesNotDrain: Mutant = {
  name: 'callback_does_not_drain',
  title: 'the callback returns while a transfer in flight still uses a cleared entry',
  imitates:
    'the mistake that K117 warns of: an invalidation is acknowledged before the device has flushed its TLB',
  facts: ['K117'],
  driver: 'hmm_mirror',
  breaks: ['I4'],
  filesStayMapped: false,
  patches: [replace('hmm_mirror invalidate', 'no transfer in flight', [], ({ jump }) => [jump('drained')])],
};

/** How many states and transitions a second an exhaustive search visits, against a state of plain objects (peers/naive.ts). */
import type { Case } from './measure.ts';
import { createProtocol } from './peers/labelled_steps.ts';
import { searchPlainObjects } from './peers/naive.ts';
import type { SearchCounts } from './peers/protocol.ts';
import { searchLabelledSteps } from './peers/search.ts';

const STATE = 'a distinct state';
const TRANSITION = 'a transition';
const PLAIN = 'search plain objects';
export const LABELLED = 'search labelled steps';

/** Throws when the two searches do not find the same. */
export function innerLoop(): Case[] {
  const k = createProtocol({ fingerprints: true, unusedCells: 0 });
  const expected = countsOf(searchPlainObjects());
  const search = (): readonly number[] => countsOf(searchLabelledSteps(k, 'undo'));
  if (search().join(' ') !== expected.join(' ')) {
    throw new Error(`labelled steps found ${search().join(', ')} where plain objects found ${expected.join(', ')}`);
  }
  return [
    {
      units: [
        { name: PLAIN, operation: STATE },
        { name: `${PLAIN}, transitions`, operation: TRANSITION },
      ],
      run: () => countsOf(searchPlainObjects()),
    },
    {
      units: [
        { name: LABELLED, operation: STATE, baseline: PLAIN },
        { name: `${LABELLED}, transitions`, operation: TRANSITION, baseline: `${PLAIN}, transitions` },
      ],
      run: search,
    },
  ];
}

const countsOf = ({ states, transitions }: SearchCounts): readonly number[] => [states, transitions];

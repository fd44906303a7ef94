/** How many states and transitions a second an exhaustive search visits, against a state of plain objects (peers/naive.ts). */
import type { Case } from './measure.ts';
import { createProtocol } from './peers/labelled_steps.ts';
import { searchPlainObjects } from './peers/naive.ts';
import type { SearchCounts } from './peers/protocol.ts';
import { searchLabelledSteps } from './peers/search.ts';

const STATE = 'a distinct state';
const TRANSITION = 'a transition';

/** In every call both searches must find the same: what found something else cannot be compared, and throws. */
export function innerLoop(): Case[] {
  const k = createProtocol({ fingerprints: true, unusedCells: 0 });
  const agreed = agreement();
  return [
    {
      units: [
        { name: 'plain states', operation: STATE },
        { name: 'plain transitions', operation: TRANSITION },
      ],
      run: () => agreed(searchPlainObjects()),
    },
    {
      units: [
        { name: 'labelled states', operation: STATE, baseline: 'plain states' },
        { name: 'labelled transitions', operation: TRANSITION, baseline: 'plain transitions' },
      ],
      run: () => agreed(searchLabelledSteps(k, 'undo')),
    },
  ];
}

/** Gives the counts if they are those that it was first called with. */
function agreement(): (found: SearchCounts) => readonly number[] {
  let first: SearchCounts | null = null;
  return (found) => {
    first ??= found;
    const same = found.states === first.states && found.transitions === first.transitions;
    if (!same || found.damaged > 0) {
      throw new Error(`two searches of one protocol: ${JSON.stringify(first)} and ${JSON.stringify(found)}`);
    }
    return [found.states, found.transitions];
  };
}

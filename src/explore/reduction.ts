/**
 * A search with steps merged: after each step, every step that no order of other steps can change is taken at once.
 *
 * Which steps those are is not known before (footprints.ts). The search begins with what has been recorded until then, by the random
 * walks of the estimate, and goes on recording; a position that nobody has been at is not merged. When it learns that a step it has
 * merged is not such a one, it begins again without it. It ends when a whole search has met nothing that speaks against any step it
 * merged. Then nothing in the full graph does either: take the first access in any full run that does; all steps before it are as
 * recorded, so that the run can be reordered into one of the reduced graph up to there, in which the same step makes the same
 * access.
 *
 * What it keeps. What an invariant reads to judge an event counts as read by the step that raised it, merged steps end no operation
 * and put nobody to sleep, so that every verdict on an event, every wait and every state in which nobody steps is as in the full
 * graph (an ample set of one task; Clarke, Grumberg, Peled, "Model Checking", 1999, ch. 10). A run and its reordering have the same
 * steps of each task, so that fair runs stay fair, and what never ends in one does not in the other. A loop of merged steps alone
 * is cut off, and left to the search.
 *
 * What it does not keep: how the tasks behind a wait are described in its text, which may be some steps further on.
 */
import type { Checkpoint } from './checkpoint.ts';
import { Graph } from './graph.ts';
import { type Ending, firstSearchState, Search, type SearchLimits, type SearchState } from './search.ts';
import type { SessionModel } from './session_model.ts';

export interface SearchOutcome {
  readonly ending: Ending;
  readonly state: SearchState;
  readonly graph: Graph;
  /** Searches that were begun again since they had merged too much. */
  readonly restarts: number;
}

/** More are a mistake of the project: each takes away a merged step, of which there are a few hundred. */
const RESTARTS_MAX = 400;

/** Searches all states of a model that records footprints, in its first state; `earlier` is a search that was stopped. `watch` sees it now and then, and when it stops before its end (`last`). */
export function searchReduced(
  model: SessionModel,
  limits: SearchLimits,
  watch: (checkpoint: () => Checkpoint, state: SearchState, last: boolean) => void,
  earlier: Checkpoint | null = null,
): SearchOutcome {
  const { footprints } = model;
  if (footprints === null) throw new Error('a reduction needs a model that records footprints');
  const first = model.store.mark();
  if (earlier?.reduction) footprints.continueFrom(earlier.reduction.recording);
  let resumed = earlier;
  for (let restarts = 0; restarts <= RESTARTS_MAX; restarts++) {
    const movers = resumed?.reduction?.movers.map((positions) => new Set(positions)) ?? footprints.movers();
    model.movers = movers;
    const wrong = (): boolean => footprints.changed && !allIn(movers, footprints.movers());
    const { graph, state } = resumed ?? { graph: new Graph(), state: firstSearchState() };
    resumed = null;
    const merged = { tooMuch: false };
    const checkpoint = (): Checkpoint => {
      const positions = movers.map((some) => [...some]);
      return { state, graph, reduction: { movers: positions, recording: footprints.recording() } };
    };
    const stopped = (): boolean => {
      merged.tooMuch = wrong();
      const last = limits.stopped();
      if (!merged.tooMuch) watch(checkpoint, state, last);
      return merged.tooMuch || last;
    };
    const ending = new Search(model, graph, { statesMax: limits.statesMax, stopped }, state).run();
    if (merged.tooMuch || wrong()) {
      model.store.undo(first);
      continue;
    }
    if (ending === 'full') watch(checkpoint, state, true);
    return { ending, state, graph, restarts };
  }
  throw new Error(`a reduction was begun ${RESTARTS_MAX} times and never held`);
}

/** Every position of each task's set is in the other one, too. */
function allIn(some: readonly ReadonlySet<number>[], all: readonly ReadonlySet<number>[]): boolean {
  return some.every((positions, task) =>
    [...positions].every((position) => all[task]?.has(position) === true),
  );
}

/**
 * A search of fewer states with the same verdicts: steps are merged, and what nobody reads any more is not told apart.
 *
 * - *Merged steps*: after each step, every step that no order of other steps can change is taken at once (footprints.ts).
 * - *Dead locals*: a local that its frame does not read before it writes it is 0 while the frame rests (local_uses.ts).
 * - *Unread cells*: what is written and never read, such as the medium where nobody asks what survives, stays 0.
 * - *Freed blocks*: what a block held is forgotten when it is freed, since whoever gets it writes it first.
 *
 * Which those are is not known before. The search begins with what has been recorded until then, by the random walks of the
 * estimate, and goes on recording; a position that nobody has been at is left as it is. When it learns that something it took for
 * true is not (holds()), it begins again without it. It ends when a whole search has met nothing that speaks against anything it
 * took for true. Then nothing in the full graph does either: take the first access in any full run that does; all steps before it are
 * as recorded, so that the run can be reordered into one of the reduced graph up to there, with other values only where nobody
 * reads them, in which the same step makes the same access.
 *
 * What it keeps. What an invariant reads to judge an event counts as read by the step that raised it, merged steps end no operation
 * and put nobody to sleep, so that every verdict on an event, every wait and every state in which nobody steps is as in the full
 * graph (an ample set of one task; Clarke, Grumberg, Peled, "Model Checking", 1999, ch. 10). A run and its reordering have the same
 * steps of each task, so that fair runs stay fair, and what never ends in one does not in the other. A loop of merged steps alone
 * is cut off, and left to the search.
 *
 * What it does not keep: how the tasks behind a wait are described in its text, which may be some steps further on.
 *
 * Left out: symmetry. Devices and blocks of the model are not alike: an invalidation visits subscriptions in the order of their
 * addresses, a layout break scans pages by index, and queues are first come first served, so that a state with two of them
 * exchanged need not behave as the other does. Sleep sets: they save transitions, not states, and liveness needs those transitions.
 */
import { Prng } from '../machine/prng.ts';
import type { Checkpoint } from './checkpoint.ts';
import { walk } from './estimate.ts';
import type { FootprintStore } from './footprints.ts';
import { Graph } from './graph.ts';
import { type Ending, firstSearchState, Search, type SearchLimits, type SearchState } from './search.ts';
import type { SessionModel } from './session_model.ts';
import { VisitedSet } from './visited.ts';

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
  else learn(model, footprints);
  let resumed = earlier;
  for (let restarts = 0; restarts <= RESTARTS_MAX; restarts++) {
    const assumed = resumed?.reduction ?? assumptions(footprints);
    assume(model, footprints, assumed);
    const wrong = (): boolean => footprints.changed && !holds(assumed, footprints);
    const { graph, state } = resumed ?? { graph: new Graph(), state: firstSearchState() };
    resumed = null;
    const merged = { tooMuch: false };
    const checkpoint = (): Checkpoint => {
      return { state, graph, reduction: { ...assumed, recording: footprints.recording() } };
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

/** Random walks until as many in a row have taught nothing: what is learned later costs a search that begins again. */
const WALKS_IN_VAIN = 60;
const WALKS_MAX = 3000;
const WALK_STEPS = 240;

function learn(model: SessionModel, footprints: FootprintStore): void {
  const prng = new Prng(3);
  const met = new VisitedSet();
  for (let walks = 0, inVain = 0; walks < WALKS_MAX && inVain < WALKS_IN_VAIN; walks++) {
    footprints.expectChanges();
    walk(model, prng, WALK_STEPS, met);
    inVain = footprints.changed ? 0 : inVain + 1;
  }
  model.found.clear();
}

/** What a search takes for true of every run, since nothing that was recorded speaks against it. */
export interface Assumptions {
  /** By task: positions of the steps that are merged. */
  readonly movers: readonly (readonly number[])[];
  /** Program counters at which a frame rests, and which locals are dead there. */
  readonly dead: readonly (readonly [number, number])[];
  /** Cells that are written and that nobody reads. */
  readonly unread: readonly number[];
  /** Nobody reads what a freed block held. */
  readonly forgetsFreed: boolean;
}

function assumptions(footprints: FootprintStore): Assumptions {
  return {
    movers: footprints.movers().map((positions) => [...positions]),
    dead: [...(footprints.locals?.dead() ?? [])],
    unread: footprints.unread(),
    forgetsFreed: !footprints.forgottenRead,
  };
}

function assume(model: SessionModel, footprints: FootprintStore, assumed: Assumptions): void {
  const { movers, dead, unread, forgetsFreed } = assumed;
  model.forgetsFreed = forgetsFreed;
  model.movers = movers.map((positions) => new Set(positions));
  model.dead = new Map(dead);
  footprints.ignore(unread);
}

/** Nothing that has been recorded by now speaks against them. */
function holds(assumed: Assumptions, footprints: FootprintStore): boolean {
  const { movers, dead, unread, forgetsFreed } = assumed;
  const now = { movers: footprints.movers(), dead: footprints.locals?.dead() };
  return (
    movers.every((positions, task) => positions.every((one) => now.movers[task]?.has(one) === true)) &&
    dead.every(([pc, locals]) => (locals & ~(now.dead?.get(pc) ?? 0)) === 0) &&
    unread.every((cell) => footprints.isUnread(cell)) &&
    !(forgetsFreed && footprints.forgottenRead)
  );
}

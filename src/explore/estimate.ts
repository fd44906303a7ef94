/**
 * About how many states a scope has, asked before the search: two sets of random walks, and how many states both have met.
 *
 * Capture and recapture (Lincoln 1930): of what the second set saw, the share that the first had seen too is the first's share
 * of all. Walks prefer what is near the start and what many ways lead to, so that the figure is too low rather than too high.
 */
import { Prng } from '../machine/prng.ts';
import type { Model } from './model.ts';
import { VisitedSet } from './visited.ts';

const WALKS = 24;
const STEPS = 160;
/** User space begins something in one step of as many in which something else can go on: late as often as early. */
const PATIENCE = 12;

/** At least about this many states; the model is left as it was. The same model gives the same figure. */
export function estimateStates(model: Model): number {
  const first = walks(model, new Prng(1));
  const second = walks(model, new Prng(2));
  const seen = first.size;
  const both = second.size - newOnes(first, second);
  return Math.round((seen * second.size) / Math.max(1, both));
}

function newOnes(known: VisitedSet, others: VisitedSet): number {
  const before = known.size;
  const fingerprints = others.fingerprints();
  for (let at = 0; at < fingerprints.length; at += 2)
    known.add(fingerprints[at] as number, fingerprints[at + 1] as number);
  return known.size - before;
}

function walks(model: Model, prng: Prng): VisitedSet {
  const met = new VisitedSet();
  for (let count = 0; count < WALKS; count++) walk(model, prng, STEPS, met);
  model.found.clear();
  return met;
}

/** One random walk from the state that the model is in, of so many steps at most; the states on the way are added to `met`. */
export function walk(model: Model, prng: Prng, stepsMax: number, met: VisitedSet): void {
  const { store } = model;
  const start = store.mark();
  for (let steps = 0; steps < stepsMax; steps++) {
    met.add(store.fingerprintHigh, store.fingerprintLow);
    const enabled = candidates(model, prng);
    if (enabled.length === 0) break;
    model.step(enabled[prng.below(enabled.length)] as number);
  }
  store.undo(start);
}

function candidates(model: Model, prng: Prng): number[] {
  const enabled = model.enabled();
  const goingOn = enabled & ~model.voluntary();
  return tasksIn(goingOn !== 0 && prng.below(PATIENCE) > 0 ? goingOn : enabled);
}

/** The numbers of the bits that are set, lowest first. */
function tasksIn(bits: number): number[] {
  const tasks: number[] = [];
  for (let left = bits; left !== 0; left &= left - 1) tasks.push(31 - Math.clz32(left & -left));
  return tasks;
}

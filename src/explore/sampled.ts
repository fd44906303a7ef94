/**
 * How much of a scope random runs see: the states that n of them come to, beside a count of all that there are.
 *
 * A run begins in the first state of the scope and takes one step after the other, each by a task drawn from those that can step,
 * user space late as often as early, until nothing can step or it has taken {@link STEPS} steps. States are told apart as the search
 * without a reduction tells them apart.
 */
import { Prng } from '../machine/prng.ts';
import { BUILTIN_2026 } from '../costs/index.ts';
import { walk } from './estimate.ts';
import { driverOf, programOf } from './program.ts';
import { checkScope, type Scope } from './scope.ts';
import { SessionModel } from './session_model.ts';
import { VisitedSet } from './visited.ts';

/** Steps of one run at most: a device alone would go on for ever. */
const STEPS = 160;

export interface Sample {
  readonly runs: number;
  /** Different states that these runs came to, all together. */
  readonly states: number;
}

/** For each number of runs, which must go up, the states that the first so many have come to. Throws RangeError for a scope that is too large. */
export function sampledStates(scope: Scope, runs: readonly number[], seed: number): Sample[] {
  checkScope(scope);
  const costs = Object.fromEntries(Object.entries(BUILTIN_2026.entries).map(([name, { ns }]) => [name, ns]));
  const [program, driver] = [programOf(scope), driverOf(scope)];
  const model = new SessionModel({ scope, program, driver, mutant: null, invariants: [], costs });
  const prng = new Prng(seed);
  const met = new VisitedSet();
  let done = 0;
  return runs.map((count) => {
    for (; done < count; done++) walk(model, prng, STEPS, met);
    return { runs: count, states: met.size };
  });
}

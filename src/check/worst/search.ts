/**
 * ordeal + setup -> the worst runs that were found: sampled schedules, then small changes to the worst of them.
 *
 * Each figure is searched for by itself, all on the same runs. What is found is a lower bound: another schedule can be worse.
 */
import { Prng } from '../../machine/prng.ts';
import type { Gap } from '../../schedule/index.ts';
import { type ScheduleChoice, strategyOf } from '../generated_run.ts';
import { encodeRun, type RunConditions } from '../run_token.ts';
import { FIGURES, type Figure, type OrdealRunner, type Suffered } from './measure.ts';
import type { Ordeal } from './workloads.ts';

export interface WorstRun {
  readonly value: number;
  readonly cause: string;
  /** The run on one line: {@link replayWorst} gives the same value. */
  readonly token: string;
}

interface Candidate {
  readonly choice: ScheduleChoice;
  readonly suffered: Suffered;
}

type Best = Partial<Record<Figure, Candidate>>;

/** Preemptions of a sparse schedule at most, and moments without one between two of them. */
const GAPS_MAX = 24;
const GAP_MAX = 30;

/**
 * The worst of `runs` runs by each figure. The same seed, ordeal and driver give the same runs, and fewer of them are the first ones of
 * more: no figure goes down when runs are added. What is changed is what was worst so far, so that another driver, or another
 * number of repetitions, is searched elsewhere: a figure of a longer disturbance can be smaller than that of a shorter one.
 */
export function searchWorst(
  runner: OrdealRunner,
  ordeal: Ordeal,
  conditions: RunConditions,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): Record<Figure, WorstRun> {
  const prng = new Prng(seed);
  const tasks = runner.tasksIn(ordeal);
  const best: Best = {};
  for (let run = 0; run < runs; run++) {
    const choice = nextChoice(prng, tasks, run, best);
    const suffered = runner.run(ordeal, strategyOf(choice));
    for (const figure of FIGURES) {
      const known = best[figure];
      if (known === undefined || suffered[figure] > known.suffered[figure])
        best[figure] = { choice, suffered };
    }
  }
  const told = FIGURES.map((figure) => [figure, tell(runner, ordeal, conditions, best, figure)] as const);
  return Object.fromEntries(told) as Record<Figure, WorstRun>;
}

/** First each task in front once, then sparse and dense schedules in turn, every other one a change of what was worst so far. */
function nextChoice(prng: Prng, tasks: number, run: number, best: Best): ScheduleChoice {
  if (run < tasks) return { kind: 'gaps', base: inFront(tasks, run), gaps: [] };
  const figure = FIGURES[prng.below(FIGURES.length)] as Figure;
  const known = best[figure]?.choice;
  if (run % 2 === 0 && known?.kind === 'gaps') return changed(prng, known);
  if (run % 4 === 1) return { kind: 'random', seed: prng.below(2 ** 31) };
  const gaps = Array.from({ length: prng.below(GAPS_MAX) }, () => drawGap(prng, tasks));
  return { kind: 'gaps', base: shuffled(prng, tasks), gaps };
}

const drawGap = (prng: Prng, tasks: number): Gap => ({ gap: prng.below(GAP_MAX), target: prng.below(tasks) });

function inFront(tasks: number, first: number): number[] {
  const all = Array.from({ length: tasks }, (_, task) => task);
  return [first, ...all.filter((task) => task !== first)];
}

function shuffled(prng: Prng, tasks: number): number[] {
  const order = Array.from({ length: tasks }, (_, task) => task);
  for (let last = tasks - 1; last > 0; last--) {
    const at = prng.below(last + 1);
    [order[last], order[at]] = [order[at] as number, order[last] as number];
  }
  return order;
}

/** One preemption is added, left out or moved, or two tasks change places in the base order. */
function changed(prng: Prng, choice: Extract<ScheduleChoice, { kind: 'gaps' }>): ScheduleChoice {
  const { base, gaps } = choice;
  const at = prng.below(gaps.length + 1);
  switch (prng.below(4)) {
    case 0:
      return { ...choice, gaps: [...gaps.slice(0, at), drawGap(prng, base.length), ...gaps.slice(at)] };
    case 1:
      return { ...choice, gaps: gaps.filter((_, index) => index !== at) };
    case 2:
      return { ...choice, gaps: gaps.map((gap, index) => (index === at ? drawGap(prng, base.length) : gap)) };
    default: {
      const [one, other] = [prng.below(base.length), prng.below(base.length)];
      const order = base.slice();
      [order[one], order[other]] = [order[other] as number, order[one] as number];
      return { ...choice, base: order };
    }
  }
}

/** The run by itself: its schedule as a list of preemptions, in the token. */
function tell(
  runner: OrdealRunner,
  ordeal: Ordeal,
  conditions: RunConditions,
  best: Best,
  figure: Figure,
): WorstRun {
  const { choice, suffered } = best[figure] as Candidate;
  const schedule = runner.record(ordeal, strategyOf(choice));
  const { workload } = ordeal;
  const run = { workload, freezeAt: null, schedule: { kind: 'replay' as const, schedule } };
  return { value: suffered[figure], cause: suffered.cause, token: encodeRun(conditions, run) };
}

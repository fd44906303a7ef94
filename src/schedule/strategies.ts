/**
 * name -> strategy: how one run of a workload is scheduled, given a seed and what a trial run of it took.
 */
import { Prng } from '../machine/prng.ts';
import { GapStrategy, type Gap } from './gaps.ts';
import { PctStrategy } from './pct.ts';
import { RandomStrategy } from './random.ts';
import { RunToCompletion } from './run_to_completion.ts';
import type { Strategy } from './strategy.ts';
import { UniformRandomWalk } from './urw.ts';

/** What a strategy may know before a run. */
export interface RunHints {
  /** 32-bit integer, another one for each run. */
  readonly seed: number;
  /** Number of the run in its campaign, from 0. */
  readonly run: number;
  /** Steps of each task, by number, in a run to completion of the same workload; empty where no trial was made. */
  readonly steps: readonly number[];
}

export interface StrategyKind {
  /** As `check --strategy` takes it. */
  readonly name: string;
  readonly title: string;
  /** The paper it follows, or null. */
  readonly paper: string | null;
  /** It needs {@link RunHints.steps}: one run more for each run, which is not counted as a run. */
  readonly needsTrial: boolean;
  /** PCT: the depth that its bound is for. */
  readonly depth?: number;
  readonly make: (hints: RunHints) => Strategy;
}

/** Numbers of tasks that any run can have: generated runs have fewer. */
const TASKS_MAX = 16;
/** As the generator of runs draws its sparse schedules. */
const GAPS_MAX = 12;
const GAP_MAX = 30;

function shuffledTasks(prng: Prng): number[] {
  const tasks = Array.from({ length: TASKS_MAX }, (_, task) => task);
  for (let last = TASKS_MAX - 1; last > 0; last--) {
    const other = prng.below(last + 1);
    [tasks[last], tasks[other]] = [tasks[other] as number, tasks[last] as number];
  }
  return tasks;
}

function sparse({ seed }: RunHints): Strategy {
  const prng = new Prng(seed);
  const gaps: Gap[] = Array.from({ length: prng.below(GAPS_MAX + 1) }, () => ({
    gap: prng.below(GAP_MAX + 1),
    target: prng.below(TASKS_MAX),
  }));
  return new GapStrategy(shuffledTasks(prng), gaps);
}

const PCT =
  'Burckhardt, Kothari, Musuvathi, Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs, ASPLOS 2010';

function pct(depth: number): StrategyKind {
  return {
    name: `pct${depth}`,
    title: `random priorities and ${depth - 1} points at which the highest drops (bugs of depth ${depth})`,
    paper: PCT,
    needsTrial: true,
    depth,
    make: ({ seed, steps }) =>
      new PctStrategy(
        seed,
        depth,
        steps.reduce((sum, of) => sum + of, 0),
      ),
  };
}

const runToCompletion: StrategyKind = {
  name: 'run_to_completion',
  title: 'each task runs until it cannot, in a random order of tasks; no preemption',
  paper: null,
  needsTrial: false,
  make: ({ seed }) => new RunToCompletion(shuffledTasks(new Prng(seed))),
};

const preemptions: StrategyKind = {
  name: 'preemptions',
  title: `run to completion with a list of up to ${GAPS_MAX} preemptions at random places`,
  paper:
    'Musuvathi, Qadeer: Iterative Context Bounding for Systematic Testing of Multithreaded Programs, PLDI 2007',
  needsTrial: false,
  make: sparse,
};

const random: StrategyKind = {
  name: 'random',
  title: 'at each step every task that can step is equally likely',
  paper: null,
  needsTrial: false,
  make: ({ seed }) => new RandomStrategy(seed),
};

const urw: StrategyKind = {
  name: 'urw',
  title: 'at each step a task is as likely as it has steps left: interleavings are about equally likely',
  paper: 'Zhao, Wolff, Mathur, Roychoudhury: Selectively Uniform Concurrency Testing, ASPLOS 2025',
  needsTrial: true,
  make: ({ seed, steps }) => new UniformRandomWalk(seed, steps),
};

const MEMBERS: readonly StrategyKind[] = [preemptions, random, pct(2), pct(3), urw];

const portfolio: StrategyKind = {
  name: 'portfolio',
  title: `in turn: ${MEMBERS.map(({ name }) => name).join(', ')}`,
  paper: 'Thomson, Donaldson, Betts: Concurrency Testing Using Controlled Schedulers, TOPC 2016',
  needsTrial: true,
  make: (hints) => (MEMBERS[hints.run % MEMBERS.length] as StrategyKind).make(hints),
};

export const STRATEGIES: readonly StrategyKind[] = [
  runToCompletion,
  preemptions,
  random,
  pct(2),
  pct(3),
  pct(4),
  urw,
  portfolio,
];

/** The strategy of that name, or undefined. */
export function strategyNamed(name: string): StrategyKind | undefined {
  return STRATEGIES.find((kind) => kind.name === name);
}

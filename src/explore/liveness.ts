/**
 * Does everything that was begun come to an end? Looked for: a fair run in which something never does.
 *
 * Fairness is that of D5, weak fairness of every kernel task and device: one that can step from some moment on steps at some time.
 * User space may stop at any moment, so that its choices are never owed. In a finite graph such a run exists if and only if there
 * is a strongly connected component, of the states in which the thing is unfinished, in which each task either steps or cannot step
 * somewhere: a run that goes through all of the component again and again is fair. A single state in which nothing at all
 * steps is such a component too: everybody who could end it waits.
 *
 * Two questions of each task that has something to end. *Alone*: user space does nothing any more, and devices go on. *Under
 * churn*: user space may go on as well, so that short pins keep coming (K35).
 */
import { someComponent, type Part } from './components.ts';
import { isVoluntary, ShortestWays, taskOf, type Transitions } from './graph.ts';

export type Question = 'alone' | 'under_churn';

/** A question as a property with a verdict. */
export interface LivenessQuestion {
  readonly id: Question;
  readonly property: string;
  readonly title: string;
  readonly facts: readonly string[];
}

export const LIVENESS: readonly LivenessQuestion[] = [
  {
    id: 'alone',
    property: 'ends_alone',
    title: 'every operation and device fault ends while user space does nothing and devices go on',
    facts: ['K31', 'K216', 'K225'],
  },
  {
    id: 'under_churn',
    property: 'ends_under_churn',
    title: 'every operation and device fault ends while devices and user space go on',
    facts: ['K35', 'K127', 'K225'],
  },
];

/** A run that goes to `state` by `stem`, and from there by `cycle` back to it, for ever. Each is a list of tasks that step. */
export interface Lasso {
  /** The task whose operation, or device fault, does not end. */
  readonly task: number;
  readonly question: Question;
  readonly stem: readonly number[];
  /** Empty: nothing steps any more. */
  readonly cycle: readonly number[];
}

/** The first lasso of a question that each task has, in the order of tasks. */
export function findLassos(transitions: Transitions, question: Question): Lasso[] {
  const tasks = tasksOf(transitions);
  const ways = tasks.length === 0 ? null : new ShortestWays(transitions);
  return tasks.flatMap((task) => {
    const states = unfairlyLeft(transitions, task, question);
    if (states === null || ways === null) return [];
    return [lassoIn(transitions, ways, states, task, question)];
  });
}

/** Tasks that have something unfinished somewhere. */
function tasksOf({ unfinished }: Transitions): number[] {
  const all = unfinished.reduce((union, some) => union | some, 0);
  return Array.from({ length: 31 }, (_, task) => task).filter((task) => (all >> task) & 1);
}

/** Transitions that a run under the question may take, between states in which the task is unfinished. */
function partOf({ tag, unfinished }: Transitions, task: number, question: Question): Part {
  return {
    hasState: (state) => (((unfinished[state] as number) >> task) & 1) === 1,
    hasTransition: (edge) => question === 'under_churn' || !isVoluntary(tag[edge] as number),
  };
}

/** States that a fair run can go through for ever with the task unfinished, or null. */
function unfairlyLeft(transitions: Transitions, task: number, question: Question): Int32Array | null {
  const part = partOf(transitions, task, question);
  let found: Int32Array | null = null;
  const component = new Uint8Array(transitions.states);
  someComponent(transitions, part, (states) => {
    for (const state of states) component[state] = 1;
    const fair = isFair(transitions, part, states, component);
    for (const state of states) component[state] = 0;
    if (fair) found = states;
    return fair;
  });
  return found;
}

/** Each task steps within the component, or cannot step in one of its states; and something steps if anything must. */
function isFair(
  { start, to, tag }: Transitions,
  part: Part,
  states: Int32Array,
  component: Uint8Array,
): boolean {
  let stepping = 0;
  let alwaysEnabled = -1;
  for (const state of states) {
    let enabled = 0;
    for (let edge = start[state] as number; edge < (start[state + 1] as number); edge++) {
      const bit = 1 << taskOf(tag[edge] as number);
      if (!isVoluntary(tag[edge] as number)) enabled |= bit;
      if (component[to[edge] as number] === 1 && part.hasTransition(edge)) stepping |= bit;
    }
    alwaysEnabled &= enabled;
  }
  return (alwaysEnabled & ~stepping) === 0;
}

/** The nearest state of the component, and a way round it that is fair. */
function lassoIn(
  transitions: Transitions,
  ways: ShortestWays,
  states: Int32Array,
  task: number,
  question: Question,
): Lasso {
  const nearer = (a: number, b: number): number =>
    (ways.distance[b] as number) < (ways.distance[a] as number) ? b : a;
  const first = states.reduce(nearer);
  const walk = new Walk(transitions, partOf(transitions, task, question), states, first);
  return { task, question, stem: ways.to(first), cycle: walk.fairCycle() };
}

/** Walks within a component. */
class Walk {
  private readonly transitions: Transitions;
  private readonly part: Part;
  private readonly members: ReadonlySet<number>;
  private readonly first: number;
  private at: number;
  private readonly taken: number[] = [];

  constructor(transitions: Transitions, part: Part, states: Int32Array, first: number) {
    this.transitions = transitions;
    this.part = part;
    this.members = new Set(states);
    this.first = first;
    this.at = first;
  }

  /** From the first state through steps of every task that steps, and states in which the others cannot, back to it. */
  fairCycle(): number[] {
    const stepping = this.tasksThat((edge) => this.stays(edge));
    const waiting = this.tasksThat(() => true) & ~stepping;
    for (let task = 0; task < 31; task++) {
      if (((stepping >> task) & 1) === 1)
        this.goTo((edge) => this.stays(edge) && this.taskAt(edge) === task, true);
      // Who steps nowhere in the component must be unable to in some state that the cycle passes.
      else if (((waiting >> task) & 1) === 1)
        this.goToState((state) => ((this.enabledAt(state) >> task) & 1) === 0);
    }
    this.goToState((state) => state === this.first);
    return this.taken;
  }

  private taskAt(edge: number): number {
    return taskOf(this.transitions.tag[edge] as number);
  }

  private stays(edge: number): boolean {
    return this.members.has(this.transitions.to[edge] as number) && this.part.hasTransition(edge);
  }

  private *edgesOf(state: number): Generator<number> {
    const { start } = this.transitions;
    for (let edge = start[state] as number; edge < (start[state + 1] as number); edge++) yield edge;
  }

  /** Tasks of the transitions out of states of the component that `counts` accepts. */
  private tasksThat(counts: (edge: number) => boolean): number {
    let tasks = 0;
    for (const state of this.members)
      for (const edge of this.edgesOf(state)) if (counts(edge)) tasks |= 1 << this.taskAt(edge);
    return tasks;
  }

  private enabledAt(state: number): number {
    let tasks = 0;
    for (const edge of this.edgesOf(state))
      if (!isVoluntary(this.transitions.tag[edge] as number)) tasks |= 1 << this.taskAt(edge);
    return tasks;
  }

  private goToState(wanted: (state: number) => boolean): void {
    if (wanted(this.at)) return;
    this.goTo((edge) => wanted(this.transitions.to[edge] as number), false);
  }

  /** The shortest way within the component whose last transition `wanted` accepts; none if there is none. */
  private goTo(wanted: (edge: number) => boolean, required: boolean): void {
    const before = new Map<number, { from: number; edge: number }>();
    const queue = [this.at];
    // The queue grows while it is walked.
    for (const state of queue) {
      for (const edge of this.edgesOf(state)) {
        if (!this.stays(edge)) continue;
        const next = this.transitions.to[edge] as number;
        if (wanted(edge)) {
          this.follow(before, state);
          this.taken.push(this.taskAt(edge));
          this.at = next;
          return;
        }
        if (next === this.at || before.has(next)) continue;
        before.set(next, { from: state, edge });
        queue.push(next);
      }
    }
    if (required) throw new Error('a component is not connected');
  }

  private follow(before: ReadonlyMap<number, { from: number; edge: number }>, state: number): void {
    const tasks: number[] = [];
    let step = before.get(state);
    while (step !== undefined) {
      tasks.push(this.taskAt(step.edge));
      step = before.get(step.from);
    }
    this.taken.push(...tasks.reverse());
  }
}

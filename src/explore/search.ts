/**
 * Depth first through every state that can be reached: each task that can step steps in each state.
 *
 * One state vector is kept. A step is made on it, and taken back with the store's undo log when it has led to a state that is
 * known, or when all has been tried from there. What is found wrong on the way is kept with the state and the task whose step
 * showed it; the search goes on.
 */
import type { Graph } from './graph.ts';
import { IntList } from './int_list.ts';
import type { Model } from './model.ts';
import { VisitedSet } from './visited.ts';

export interface SearchLimits {
  /** Asked every now and then; true ends the search, which can be gone on with. */
  readonly stopped: () => boolean;
  /** The search ends before it has more states than this. */
  readonly statesMax: number;
}

/** `exhausted`: every state was seen. */
export type Ending = 'exhausted' | 'stopped' | 'full';

/** Where something was found wrong: after the step of `task` from `state`, or in `state` itself if `task` is -1. */
export interface Place {
  readonly state: number;
  readonly task: number;
}

export interface Finding {
  /** The first time in words. */
  readonly text: string;
  readonly places: Place[];
}

/** Places kept for one property, to take the nearest of. */
const PLACES_MAX = 10_000;

/** Transitions between two questions whether to stop. */
const TRANSITIONS_PER_LOOK = 1 << 14;

/** Where a search is: enough to go on with it in another process, on a model in its first state. */
export interface SearchState {
  readonly visited: VisitedSet;
  /** From the first state down: the task that led to each but the first, and the tasks that are still to be tried. */
  readonly taken: IntList;
  readonly left: IntList;
  /** Number of each state on the way. */
  readonly way: IntList;
  transitions: number;
  depthMax: number;
  readonly findings: Map<string, Finding>;
}

export function firstSearchState(): SearchState {
  return {
    visited: new VisitedSet(),
    taken: new IntList(),
    left: new IntList(),
    way: new IntList(),
    transitions: 0,
    depthMax: 0,
    findings: new Map(),
  };
}

export class Search {
  readonly state: SearchState;
  private readonly model: Model;
  private readonly graph: Graph;
  private readonly limits: SearchLimits;
  /** Undo marks of the states on the way: what was before the step that led to each. */
  private readonly marks = new IntList();
  private readonly voluntary = new IntList();

  /** A model in its first state; `state` says where an earlier search stopped. */
  constructor(model: Model, graph: Graph, limits: SearchLimits, state = firstSearchState()) {
    this.model = model;
    this.graph = graph;
    this.limits = limits;
    this.state = state;
    if (state.way.length > 0) this.walkBack();
  }

  /** How many states lie between the first one and the present one, both counted. */
  get depth(): number {
    return this.state.way.length;
  }

  run(): Ending {
    const { state, limits } = this;
    if (state.visited.size === 0) this.begin();
    while (state.way.length > 0) {
      const top = state.way.length - 1;
      const left = state.left.at(top);
      if (left === 0) {
        this.back();
        continue;
      }
      const task = 31 - Math.clz32(left & -left);
      state.left.set(top, left & (left - 1));
      this.take(task, top);
      if (state.visited.size >= limits.statesMax && state.way.length > 0) return 'full';
      if (state.transitions % TRANSITIONS_PER_LOOK === 0 && limits.stopped()) return 'stopped';
    }
    return 'exhausted';
  }

  private begin(): void {
    const { model, state } = this;
    state.visited.add(model.store.fingerprintHigh, model.store.fingerprintLow);
    this.arrive(0, 0, model.store.mark());
  }

  private take(task: number, top: number): void {
    const { model, state } = this;
    const { store } = model;
    const from = state.way.at(top);
    const mark = store.mark();
    model.step(task);
    state.transitions++;
    const known = state.visited.size;
    const to = state.visited.add(store.fingerprintHigh, store.fingerprintLow);
    this.graph.add(from, to, task, ((this.voluntary.at(top) >> task) & 1) === 1);
    if (model.found.size > 0) this.keepFindings(from, task);
    if (to < known) store.undo(mark);
    else this.arrive(to, task, mark);
  }

  /** In a new state, the last on the way. */
  private arrive(number: number, task: number, mark: number): void {
    const { model, state } = this;
    this.graph.addState(model.unfinished());
    model.look();
    if (model.found.size > 0) this.keepFindings(number, -1);
    state.way.push(number);
    state.taken.push(task);
    state.left.push(model.enabled());
    this.marks.push(mark);
    this.voluntary.push(model.voluntary());
    state.depthMax = Math.max(state.depthMax, state.way.length);
  }

  /** All has been tried from the last state on the way. */
  private back(): void {
    const { model, state } = this;
    state.way.pop();
    state.taken.pop();
    state.left.pop();
    this.voluntary.pop();
    model.store.undo(this.marks.pop());
  }

  private keepFindings(state: number, task: number): void {
    const { found } = this.model;
    const { findings } = this.state;
    for (const [property, text] of found) {
      const finding = findings.get(property);
      if (finding === undefined) findings.set(property, { text, places: [{ state, task }] });
      else if (finding.places.length < PLACES_MAX) finding.places.push({ state, task });
    }
    found.clear();
  }

  /** From the first state to where the earlier search stopped: the same steps again. */
  private walkBack(): void {
    const { model, state } = this;
    state.taken.view().forEach((task, place) => {
      this.marks.push(model.store.mark());
      if (place > 0) model.step(task);
      this.voluntary.push(model.voluntary());
    });
    model.found.clear();
  }
}

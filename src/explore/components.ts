/**
 * Strongly connected components of a part of the transitions, after Tarjan ("Depth-first search and linear graph algorithms", SIAM J.
 * Comput. 1972), with a stack of its own instead of recursion.
 */
import { IntList } from './int_list.ts';
import type { Transitions } from './graph.ts';

/** What belongs to the part that is looked at. */
export interface Part {
  readonly hasState: (state: number) => boolean;
  /** Only asked of transitions between states of the part. */
  readonly hasTransition: (edge: number) => boolean;
}

/** Calls `visit` with the states of each component, until it returns true; gives whether it did. */
export function someComponent(
  transitions: Transitions,
  { hasState, hasTransition }: Part,
  visit: (states: Int32Array) => boolean,
): boolean {
  const { states, start, to } = transitions;
  const order = new Int32Array(states);
  const lowest = new Int32Array(states);
  const component = new IntList();
  const way = new IntList();
  const nextEdge = new IntList();
  let count = 0;
  const enter = (state: number): void => {
    order[state] = lowest[state] = ++count;
    component.push(state);
    way.push(state);
    nextEdge.push(start[state] as number);
  };
  /** The way goes back by one state; true when that closed a component that `visit` was looking for. */
  const leave = (): boolean => {
    const state = way.pop();
    nextEdge.pop();
    const low = lowest[state] as number;
    if (way.length > 0) {
      const parent = way.at(way.length - 1);
      lowest[parent] = Math.min(lowest[parent] as number, low);
    }
    if (low !== order[state]) return false;
    const members: number[] = [];
    for (let member = -1; member !== state;) {
      member = component.pop();
      lowest[member] = DONE;
      members.push(member);
    }
    return visit(Int32Array.from(members));
  };
  for (let root = 0; root < states; root++) {
    if (order[root] !== 0 || !hasState(root)) continue;
    enter(root);
    while (way.length > 0) {
      const top = way.length - 1;
      const state = way.at(top);
      const edge = nextEdge.at(top);
      if (edge === (start[state + 1] as number)) {
        if (leave()) return true;
        continue;
      }
      nextEdge.set(top, edge + 1);
      const next = to[edge] as number;
      if (!hasState(next) || !hasTransition(edge)) continue;
      if (order[next] === 0) enter(next);
      else if (lowest[next] !== DONE)
        lowest[state] = Math.min(lowest[state] as number, order[next] as number);
    }
  }
  return false;
}

/** A state whose component is complete: above every order, so that it lowers nothing. */
const DONE = 0x7fffffff;

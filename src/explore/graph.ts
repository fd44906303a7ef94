/**
 * The transitions of a search: from which state, by which task, to which state; and what is unfinished in each state.
 *
 * 13 bytes for a transition at most while it is made, 5 once it is laid out by state. Liveness is decided on it, and the shortest
 * way to a state is found in it.
 */
import { ByteList, IntList } from './int_list.ts';

/** Bit of a transition's byte: user space chose to begin something. The rest is the task. */
const VOLUNTARY = 0x80;

export const taskOf = (tag: number): number => tag & ~VOLUNTARY;
export const isVoluntary = (tag: number): boolean => (tag & VOLUNTARY) !== 0;

/** Transitions by the state they begin in: those of state s are `start[s]` to `start[s + 1]`. */
export interface Transitions {
  readonly states: number;
  readonly start: Int32Array;
  readonly to: Int32Array;
  /** See {@link taskOf} and {@link isVoluntary}. */
  readonly tag: Uint8Array;
  /** Per state: bit t for a task that has something unfinished. */
  readonly unfinished: Int32Array;
}

export class Graph {
  readonly from: IntList;
  readonly to: IntList;
  readonly tag: ByteList;
  readonly unfinished: IntList;

  constructor(from = new IntList(), to = new IntList(), tag = new ByteList(), unfinished = new IntList()) {
    this.from = from;
    this.to = to;
    this.tag = tag;
    this.unfinished = unfinished;
  }

  get bytes(): number {
    return this.from.bytes + this.to.bytes + this.tag.bytes + this.unfinished.bytes;
  }

  add(from: number, to: number, task: number, voluntary: boolean): void {
    this.from.push(from);
    this.to.push(to);
    this.tag.push(voluntary ? task | VOLUNTARY : task);
  }

  /** The next state: what is unfinished in it. To be called in the order of the states' numbers. */
  addState(unfinished: number): void {
    this.unfinished.push(unfinished);
  }

  /** Lays the transitions out by state, in the order in which they were taken. */
  transitions(): Transitions {
    const states = this.unfinished.length;
    const [from, to, tag] = [this.from.view(), this.to.view(), this.tag.view()];
    const start = new Int32Array(states + 1);
    for (const state of from) start[state + 1] = (start[state + 1] as number) + 1;
    for (let state = 0; state < states; state++)
      start[state + 1] = (start[state + 1] as number) + (start[state] as number);
    const next = start.slice(0, states);
    const sorted = { to: new Int32Array(to.length), tag: new Uint8Array(to.length) };
    from.forEach((state, transition) => {
      const place = next[state] as number;
      next[state] = place + 1;
      sorted.to[place] = to[transition] as number;
      sorted.tag[place] = tag[transition] as number;
    });
    return { states, start, ...sorted, unfinished: this.unfinished.view() };
  }
}

/** Breadth first: the shortest ways from state 0 to every other. */
export class ShortestWays {
  /** Per state: how many steps it is away, -1 if it is not reached. */
  readonly distance: Int32Array;
  private readonly parent: Int32Array;
  private readonly task: Uint8Array;

  constructor({ states, start, to, tag }: Transitions) {
    this.distance = new Int32Array(states).fill(-1);
    this.parent = new Int32Array(states);
    this.task = new Uint8Array(states);
    const queue = new Int32Array(states);
    this.distance[0] = 0;
    for (let head = 0, tail = 1; head < tail; head++) {
      const state = queue[head] as number;
      for (let edge = start[state] as number; edge < (start[state + 1] as number); edge++) {
        const next = to[edge] as number;
        if (this.distance[next] !== -1) continue;
        this.distance[next] = (this.distance[state] as number) + 1;
        this.parent[next] = state;
        this.task[next] = taskOf(tag[edge] as number);
        queue[tail++] = next;
      }
    }
  }

  /** The tasks that step, one after the other, from state 0 to `state`. */
  to(state: number): number[] {
    const tasks: number[] = [];
    for (let at = state; at !== 0; at = this.parent[at] as number) tasks.push(this.task[at] as number);
    return tasks.reverse();
  }
}

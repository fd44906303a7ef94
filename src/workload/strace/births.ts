/**
 * Puts the birth of every process and thread before its own first line.
 *
 * A child may run, and even end, before its parent's clone returns, so its first line can come first. While a
 * fork-like call is under way and a line of an unknown pid arrives, events are held back until the call that
 * returns this pid is seen: looking ahead is exact, where guessing the parent is not.
 */
import type { Call, LogEvent } from './records.ts';
import { succeeded } from './records.ts';

/**
 * Events held back at most. A parent that waits in vfork until its child calls execve needs a few hundred; a
 * call that never returns would need the whole log.
 */
const LOOKAHEAD_MAX = 20_000;

const FORK_LIKE = new Set(['fork', 'vfork', 'clone', 'clone2', 'clone3']);

export function isForkLike(name: string): boolean {
  return FORK_LIKE.has(name);
}

/** The pid that a fork-like call made, or undefined if it made none. */
export function childOf(call: Call): number | undefined {
  if (!FORK_LIKE.has(call.name) || !succeeded(call)) return undefined;
  const child = Number(call.result.value);
  return child > 0 ? child : undefined;
}

interface OpenFork {
  readonly name: string;
  readonly args: readonly string[];
  readonly line: number;
}

/** Takes events in log order, gives them back in log order with `birth` events put in. */
export class BirthOrder {
  #queue: LogEvent[] = [];
  readonly #known = new Set<number>();
  /** Fork-like calls under way: at the head of the queue, and at its tail. */
  readonly #forksAtHead = new Map<number, OpenFork>();
  readonly #forksAtTail = new Map<number, number>();
  /** Fork-like calls in the queue that have returned, by child. */
  readonly #returned = new Map<number, Call>();
  /** First lines of the calls whose child was born before they returned. */
  readonly #bornEarly = new Set<number>();

  push(event: LogEvent): LogEvent[] {
    this.#queue.push(event);
    this.#noteTail(event);
    return this.#drain(false);
  }

  /** Gives what is still held back when the log ends. */
  finish(): LogEvent[] {
    return this.#drain(true);
  }

  #noteTail(event: LogEvent): void {
    if (event.kind === 'begun' && isForkLike(event.name)) this.#forksAtTail.set(event.pid, event.line);
    if (event.kind === 'exit') this.#forksAtTail.delete(event.pid);
    if (event.kind !== 'call' || !isForkLike(event.call.name)) return;
    this.#forksAtTail.delete(event.pid);
    const child = childOf(event.call);
    if (child !== undefined) this.#returned.set(child, event.call);
  }

  #drain(final: boolean): LogEvent[] {
    const ready: LogEvent[] = [];
    let head = 0;
    for (; head < this.#queue.length; head++) {
      const event = this.#queue[head] as LogEvent;
      if (event.kind !== 'rejected' && !this.#known.has(event.pid)) {
        const found = this.#birthOf(event.pid, event.line);
        const open = found === undefined ? this.#openForks() : [];
        if (open.length > 0 && !final && this.#queue.length - head < LOOKAHEAD_MAX) break;
        const birth = found ?? this.#birthFrom(open, event.pid, event.line);
        if (birth !== undefined) ready.push(birth);
        this.#known.add(event.pid);
      }
      this.#pass(event, ready);
    }
    if (head > 0) this.#queue = this.#queue.slice(head);
    return ready;
  }

  /** The calls that may have made an unknown pid at the head, and that no event in the queue ends. */
  #openForks(): [number, OpenFork][] {
    return [...this.#forksAtHead].filter(([pid, fork]) => this.#forksAtTail.get(pid) === fork.line);
  }

  /** For calls that never return: the child of the only one that can have made it. */
  #birthFrom(open: readonly [number, OpenFork][], child: number, line: number): LogEvent | undefined {
    const [only] = open;
    if (open.length !== 1 || only === undefined) return undefined;
    const [pid, fork] = only;
    this.#bornEarly.add(fork.line);
    return { kind: 'birth', pid, child, name: fork.name, args: fork.args, line };
  }

  #birthOf(child: number, line: number): LogEvent | undefined {
    const call = this.#returned.get(child);
    if (call !== undefined && this.#forksAtHead.get(call.pid)?.line === call.startLine) {
      this.#returned.delete(child);
      this.#bornEarly.add(call.startLine);
      return { kind: 'birth', pid: call.pid, child, name: call.name, args: call.args, line };
    }
    return undefined;
  }

  /** Lets one event go, and keeps the state at the head of the queue. */
  #pass(event: LogEvent, ready: LogEvent[]): void {
    if (event.kind === 'begun' && isForkLike(event.name)) {
      this.#forksAtHead.set(event.pid, { name: event.name, args: event.args, line: event.line });
    }
    if (event.kind === 'call' && isForkLike(event.call.name)) this.#returnsFrom(event.call, ready);
    ready.push(event);
    if (event.kind === 'exit') {
      this.#known.delete(event.pid);
      this.#forksAtHead.delete(event.pid);
      if (event.how.by === 'execve') {
        this.#known.delete(event.how.pid);
        this.#known.add(event.pid);
      }
    }
  }

  #returnsFrom(call: Call, ready: LogEvent[]): void {
    this.#forksAtHead.delete(call.pid);
    const child = childOf(call);
    if (child === undefined || this.#bornEarly.delete(call.startLine)) return;
    this.#returned.delete(child);
    this.#known.add(child);
    ready.push({ kind: 'birth', pid: call.pid, child, name: call.name, args: call.args, line: call.line });
  }
}

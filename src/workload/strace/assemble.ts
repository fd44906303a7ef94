/**
 * Puts the two halves of split calls together.
 *
 *     2891 pread64(3</a>,  <unfinished ...>      another thread's lines come in between, sometimes hundreds
 *     2891 <... pread64 resumed>""..., 4096, 0) = 4096
 */
import { splitList } from './split.ts';
import { scanJoined } from './scanner.ts';
import type { LogEvent, ScannedLine } from './records.ts';

type Unfinished = Extract<ScannedLine, { kind: 'unfinished' }>;
type Resumed = Extract<ScannedLine, { kind: 'resumed' }>;
type WholeCall = Extract<ScannedLine, { kind: 'call' }>;

interface Half {
  readonly scanned: Unfinished;
  readonly line: number;
}

/** Turns scanned lines into events, in the order of the lines on which things end. */
export class CallAssembler {
  readonly #halves = new Map<number, Half>();
  /** First halves whose second half never came. */
  readonly abandoned: { readonly line: number; readonly text: string }[] = [];

  /** `pid` is the line's process as `pids.ts` knows it. Notes give no event. */
  push(scanned: ScannedLine, pid: number, line: number, text: string): LogEvent | undefined {
    switch (scanned.kind) {
      case 'note':
        return undefined;
      case 'rejected':
        return { kind: 'rejected', line, text, why: scanned.why };
      case 'signal':
        return { kind: 'signal', pid, signal: scanned.signal, line };
      case 'fault':
        return { kind: 'fault', pid, fault: scanned, line };
      case 'unfinished':
        return this.#begin(scanned, pid, line);
      case 'call':
        this.#abandon(pid);
        return wholeCall(scanned, pid, line, line);
      case 'resumed':
        return this.#resume(scanned, pid, line, text);
      case 'exit':
        this.#end(scanned.how.by === 'execve' ? scanned.how.pid : undefined, pid);
        return { kind: 'exit', pid, how: scanned.how, line };
    }
  }

  /** Gives up the halves still open when the log ends. */
  finish(): void {
    for (const pid of [...this.#halves.keys()]) this.#abandon(pid);
  }

  #begin(scanned: Unfinished, pid: number, line: number): LogEvent {
    this.#abandon(pid);
    this.#halves.set(pid, { scanned, line });
    return { kind: 'begun', pid, name: scanned.name, args: splitList(scanned.args, 0).parts, line };
  }

  #resume(second: Resumed, pid: number, line: number, text: string): LogEvent {
    const half = this.#halves.get(pid);
    if (half === undefined)
      return { kind: 'rejected', line, text, why: 'the first half of the call is missing' };
    const first = half.scanned;
    if (first.name !== second.name) {
      return { kind: 'rejected', line, text, why: `the call under way is ${first.name}` };
    }
    this.#halves.delete(pid);
    const prefix = { ...first.prefix, command: second.prefix.command ?? first.prefix.command };
    const joined = scanJoined(prefix, first.name, first.args, second.rest);
    if (joined.kind === 'call') return wholeCall(joined, pid, half.line, line);
    this.#giveUp(half);
    return { kind: 'rejected', line, text, why: joined.kind === 'rejected' ? joined.why : 'it never ends' };
  }

  /** A thread that calls execve takes over the leader's pid in the middle of the call. */
  #end(successor: number | undefined, pid: number): void {
    this.#abandon(pid);
    const half = successor === undefined ? undefined : this.#halves.get(successor);
    if (half === undefined || successor === undefined) return;
    this.#halves.delete(successor);
    this.#halves.set(pid, half);
  }

  #abandon(pid: number): void {
    const half = this.#halves.get(pid);
    if (half === undefined) return;
    this.#halves.delete(pid);
    this.#giveUp(half);
  }

  #giveUp({ scanned, line }: Half): void {
    this.abandoned.push({ line, text: `${scanned.name}(${scanned.args}` });
  }
}

function wholeCall(scanned: WholeCall, pid: number, startLine: number, line: number): LogEvent {
  const { prefix, name, args, result, duration } = scanned;
  const { command, time } = prefix;
  return {
    kind: 'call',
    pid,
    call: { pid, command, name, args, result, time, duration, startLine, line },
    line,
  };
}

/**
 * Which process a line belongs to.
 *
 * Without `-f`, and on a terminal while only one process lives, strace prints no pid. Such lines belong to the
 * one live process, which is called 0 until a line names it.
 */
import type { ScannedLine } from './records.ts';

/** The process of lines without a pid, before any line has named it. */
export const NAMELESS_PID = 0;

export class PidResolver {
  readonly #live = new Set<number>();
  /** Pids that a fork returned or an "attached" note announced: children, when they first appear. */
  readonly #announced = new Set<number>();
  /** The pid that the nameless process turned out to have. */
  #nameless = NAMELESS_PID;
  #namelessLive = false;

  /** Must see every line in order, since exits and new pids change who the nameless one is. */
  resolve(scanned: ScannedLine): number {
    if (scanned.kind === 'note') {
      if (scanned.attached !== undefined) this.#announced.add(scanned.attached);
      return NAMELESS_PID;
    }
    if (scanned.kind === 'rejected') return NAMELESS_PID;
    const pid = scanned.prefix.pid === undefined ? this.#unnamed() : this.#named(scanned.prefix.pid);
    if (scanned.kind === 'exit') {
      this.#live.delete(pid);
      if (pid === NAMELESS_PID) this.#namelessLive = false;
    } else {
      this.#live.add(pid);
    }
    const child = childOf(scanned);
    if (child !== undefined) this.#announced.add(child);
    return pid;
  }

  #unnamed(): number {
    const [only] = this.#live;
    if (this.#live.size === 1 && only !== undefined) return only;
    this.#namelessLive = true;
    return this.#nameless;
  }

  #named(pid: number): number {
    if (this.#namelessLive && pid === this.#nameless) return NAMELESS_PID;
    const fresh = !this.#live.has(pid) && !this.#announced.has(pid);
    if (fresh && this.#namelessLive && this.#nameless === NAMELESS_PID && this.#live.has(NAMELESS_PID)) {
      this.#nameless = pid;
      return NAMELESS_PID;
    }
    return pid;
  }
}

function childOf(scanned: ScannedLine): number | undefined {
  const result = scanned.kind === 'call' ? scanned.result.value : /= (\d+)/.exec(resumedRest(scanned))?.[1];
  const name = scanned.kind === 'call' || scanned.kind === 'resumed' ? scanned.name : '';
  if (result === undefined || !/^(?:v?fork|clone\d?)$/.test(name)) return undefined;
  return Number(result);
}

function resumedRest(scanned: ScannedLine): string {
  return scanned.kind === 'resumed' ? scanned.rest : '';
}

/**
 * Which accesses need no second look: those of steps of one task that began with the same frames at the same places, with the same
 * locks held, once they have been recorded. It makes recording cheap, and has no part in what is recorded.
 */
import type { FrameVisit } from './recording.ts';

interface Context {
  /** By the program counter of the next frame, from the innermost out. */
  readonly callers: Map<number, Context>;
  /** By locks held, and by those held for write: per cell what is known. */
  readonly known: Map<number, Map<number, Uint8Array<ArrayBuffer>>>;
}

const newContext = (): Context => ({ callers: new Map(), known: new Map() });

export class AccessContexts {
  private readonly cells: number;
  private readonly byTask: (Context | undefined)[] = [];
  private present = newContext();

  constructor(cells: number) {
    this.cells = cells;
  }

  /** A step of the task begins at `position`, with the frames that `visitFrames` shows. */
  enter(task: number, position: number, visitFrames: ((visit: FrameVisit) => void) | undefined): void {
    let context = (this.byTask[task] ??= newContext());
    const next = (at: number): void => {
      let caller = context.callers.get(at);
      if (caller === undefined) context.callers.set(at, (caller = newContext()));
      context = caller;
    };
    next(position);
    visitFrames?.((_path, _first, goesOnAt) => {
      next(goesOnAt);
    });
    this.present = context;
  }

  /** Per cell, what is known of accesses of the present context while these locks are held. */
  known(held: number, heldForWrite: number): Uint8Array<ArrayBuffer> {
    const { known } = this.present;
    let some = known.get(held);
    if (some === undefined) known.set(held, (some = new Map<number, Uint8Array<ArrayBuffer>>()));
    let cells = some.get(heldForWrite);
    if (cells === undefined) some.set(heldForWrite, (cells = new Uint8Array(this.cells)));
    return cells;
  }
}

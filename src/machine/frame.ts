/**
 * Frames as the steps of a path see them: one object per path, moved from place to place on the stacks.
 *
 * The locals are accessors of a class that is made for the path, so that all frames of a path have one shape, on every
 * machine: code that reads a local meets one class, however many machines there have been.
 */
import { FRAME_HEADER } from './code.ts';
import type { Frame } from './program.ts';
import type { Table } from './store.ts';

/** No local can have this name. */
const PLACE = Symbol('place');

interface Place {
  readonly stack: Table;
  row: number;
  /** Column of the first local. */
  first: number;
}

export type FrameView = Frame<string> & { readonly [PLACE]: Place };

type ViewClass = new (stack: Table) => FrameView;

/** By the list of locals, of which each path has one. */
const CLASSES = new WeakMap<readonly string[], ViewClass>();

function viewClass(locals: readonly string[]): ViewClass {
  class PathFrame {
    readonly [PLACE]: Place;

    constructor(stack: Table) {
      this[PLACE] = { stack, row: 0, first: 0 };
    }
  }
  locals.forEach((name, index) => {
    Object.defineProperty(PathFrame.prototype, name, {
      get(this: FrameView): number {
        const { stack, row, first } = this[PLACE];
        return stack.get(row, first + index);
      },
      set(this: FrameView, value: number) {
        const { stack, row, first } = this[PLACE];
        stack.set(row, first + index, value);
      },
    });
  });
  return PathFrame as ViewClass;
}

/** Makes views of frames with these locals, on one machine's stacks. */
export function frameViews(stack: Table, locals: readonly string[]): () => FrameView {
  const known = CLASSES.get(locals) ?? viewClass(locals);
  CLASSES.set(locals, known);
  return () => new known(stack);
}

/** Moves a view to the frame at `base` of a task's stack. */
export function placeView(view: FrameView, task: number, base: number): FrameView {
  const place = view[PLACE];
  place.row = task;
  place.first = base + FRAME_HEADER;
  return view;
}

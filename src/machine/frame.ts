/**
 * Frames as the steps of a path see them: one object per path, moved from place to place on the stacks.
 *
 * The locals are accessors of a class that is made for the path, so that all frames of a path have one shape.
 */
import { FRAME_HEADER } from './code.ts';
import type { Frame } from './program.ts';
import type { Table } from './store.ts';

/** No local can have this name. */
const PLACE = Symbol('place');

interface Place {
  row: number;
  /** Column of the first local. */
  first: number;
}

export type FrameView = Frame<string> & { readonly [PLACE]: Place };

/** Makes views of frames with these locals. */
export function frameViews(stack: Table, locals: readonly string[]): () => FrameView {
  class PathFrame {
    readonly [PLACE]: Place = { row: 0, first: 0 };
  }
  locals.forEach((name, index) => {
    Object.defineProperty(PathFrame.prototype, name, {
      get(this: FrameView): number {
        const { row, first } = this[PLACE];
        return stack.get(row, first + index);
      },
      set(this: FrameView, value: number) {
        const { row, first } = this[PLACE];
        stack.set(row, first + index, value);
      },
    });
  });
  return () => new PathFrame() as FrameView;
}

/** Moves a view to the frame at `base` of a task's stack. */
export function placeView(view: FrameView, task: number, base: number): FrameView {
  const place = view[PLACE];
  place.row = task;
  place.first = base + FRAME_HEADER;
  return view;
}

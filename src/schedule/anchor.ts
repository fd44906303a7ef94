/**
 * Where in a run something happens, said by the task it happens to: its operation, its position, and how often it has
 * stood there. Such a place is still found when other tasks take other steps.
 */
import type { View } from './strategy.ts';

export interface Anchor {
  readonly task: number;
  /** As {@link View.opOf} gives it. */
  readonly op: number;
  /** As {@link View.positionOf} gives it. */
  readonly label: string;
  /** From 1: which of the moments at which the task stood there as the current one. */
  readonly occurrence: number;
}

/** Counts the moments of a run; to be asked once for each of them. */
export class AnchorCounter {
  private readonly seen = new Map<string, number>();

  /** The place of the current task, or undefined before the first step. */
  next(view: View): Anchor | undefined {
    const task = view.current;
    if (task < 0) return undefined;
    const place = { task, op: view.opOf(task), label: view.positionOf(task) };
    const key = anchorKey(place);
    const occurrence = (this.seen.get(key) ?? 0) + 1;
    this.seen.set(key, occurrence);
    return { ...place, occurrence };
  }
}

function anchorKey({ task, op, label }: Omit<Anchor, 'occurrence'>): string {
  return `${task} ${op} ${label}`;
}

/** Anchors that mean the same moment have the same name. */
export function anchorName(anchor: Anchor): string {
  return `${anchor.occurrence} ${anchorKey(anchor)}`;
}

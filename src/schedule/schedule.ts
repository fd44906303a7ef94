/**
 * A schedule as a value: who goes on when nobody says otherwise, and the places at which somebody else goes on.
 *
 * Every run is one such value, whatever strategy made it. It prints as a token of one line:
 * `gvs1~BASE~PREEMPTION~...`, where BASE is task numbers joined by `.` and a preemption is
 * `task.op.label.occurrence.to`.
 */
import type { Anchor } from './anchor.ts';
import { escapeText, integerText, TokenReader } from './text.ts';

/** The current task stands at the anchor, and `to` goes on instead of it or of who would follow it. */
export interface Preemption extends Anchor {
  readonly to: number;
}

export interface Schedule {
  /** Task numbers: the first that can step goes on when the current task cannot. */
  readonly base: readonly number[];
  /** In the order in which they happened. */
  readonly preemptions: readonly Preemption[];
}

const PREFIX = 'gvs1';

/** Printable and safe in URLs and shells; {@link decodeSchedule} gives the same schedule back. */
export function encodeSchedule(schedule: Schedule): string {
  const items = [schedule.base.join('.'), ...schedule.preemptions.map(encodePreemption)];
  return [PREFIX, ...items].join('~');
}

function encodePreemption({ task, op, label, occurrence, to }: Preemption): string {
  return [task, integerText(op), escapeText(label), occurrence, to].join('.');
}

/** Throws TokenError, which says where the token is wrong. */
export function decodeSchedule(token: string): Schedule {
  return readSchedule(new TokenReader(token));
}

/** Reads a schedule up to the end of `reader`. Throws TokenError. */
export function readSchedule(reader: TokenReader): Schedule {
  reader.literal('~', PREFIX);
  const base: number[] = [];
  const order = reader.part('~', 'the base order');
  while (!order.done) base.push(order.integer('.', 'a task of the base order'));
  const preemptions: Preemption[] = [];
  while (!reader.done) preemptions.push(readPreemption(reader.part('~', 'a preemption')));
  return { base, preemptions };
}

function readPreemption(reader: TokenReader): Preemption {
  const preemption = {
    task: reader.integer('.', 'the task'),
    op: reader.integer('.', 'the operation'),
    label: reader.escaped('.', 'the label'),
    occurrence: reader.integer('.', 'the occurrence'),
    to: reader.integer('.', 'the task that goes on'),
  };
  reader.finish();
  return preemption;
}

/**
 * What a mechanism of the model is: some of the kernel's functions, the paths that stand for them, and how far those go.
 *
 * Every path of the model belongs to at least one mechanism. Which cells of a real kernel run through it, and which planted
 * faults and properties hold it, is not written here: it is found out by running the model.
 */
import type { Rules } from '../../release/rules.ts';
import type { LeftOutTopic } from '../left_out.ts';

export interface Mechanism {
  /** Short, and the same for good: reports refer to it. */
  readonly name: string;
  /** Kernel file:function, as in 6.1 and 6.12; what has another name in one of them says so in brackets. */
  readonly symbols: readonly string[];
  /** Names of the model's paths. */
  readonly paths: readonly string[];
  /** How it is modelled, in a sentence or two. */
  readonly modelled: string;
  /** What is simpler than in the kernel. */
  readonly simplified: string;
  readonly leftOut?: readonly LeftOutTopic[];
  /** Rules in which releases differ here. */
  readonly rules?: readonly (keyof Rules)[];
  /** Why neither a cell nor a planted fault holds some of its paths; only where that is so. */
  readonly reason?: string;
}

/**
 * What a kernel fact is.
 *
 * Code, reports and command output cite facts by number (`K52`). Numbers are never reused or moved; a fact that
 * turns out wrong is corrected under its number.
 */
import type { LeftOutTopic } from './left_out.ts';

/** `K1` to `K239`. */
export type FactId = `K${number}`;

/**
 * How a fact is known: `seen` in kernel source, in a stored mail or commit text, or done by a real kernel (its source
 * then begins with "a real kernel", and src/witness has what was seen); `derived` by reading the code, with no report or
 * test to confirm it; `unverified` from memory. Of several, the weakest, and a caveat.
 */
export type FactTag = 'seen' | 'derived' | 'unverified';

/** What the model does with a fact. */
export type FactStatus =
  | {
      readonly kind: 'modelled';
      /** Files that hold it, from the root of the repository. */
      readonly where: readonly string[];
      /** Parts of the fact that are left out all the same. */
      readonly without?: readonly LeftOutTopic[];
      /** The planted fault that takes the rule away, or copies the bug. */
      readonly fault?: string;
      /**
       * Tests that fail without it, from the root of the repository, each naming the fact: for what user space cannot
       * see, or not in the order in which a scenario runs. What it can see, a scenario of the catalogue shows.
       */
      readonly shownBy?: readonly string[];
    }
  | { readonly kind: 'not_modelled'; readonly topic: LeftOutTopic; readonly reason: string }
  /** History, argument, or the row of a driver or bug that nothing here imitates: said for the reader's sake. */
  | { readonly kind: 'context'; readonly reason: string };

export interface Fact {
  readonly id: FactId;
  /** At most 70 characters. */
  readonly title: string;
  /** One to four sentences. */
  readonly text: string;
  /** Kernel file:function (release), document, commit hash, mail, or the facts it follows from. */
  readonly sources: readonly string[];
  readonly tag: FactTag;
  /** Which part of the fact is weaker than the rest, or what its source does not show. */
  readonly caveat?: string;
  readonly status: FactStatus;
}

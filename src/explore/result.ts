/**
 * What a search found, as the `explore` command prints it.
 */

/** How much stands behind a verdict: every state of the scope was seen, or some of them, or a run that shows it. */
export type ExploreGrade = 'exhausted' | 'searched' | 'counterexample';

export interface ExploreVerdict {
  /** Id of an invariant, or of a question of liveness. */
  readonly property: string;
  readonly title: string;
  /** `breaks`: a correct driver of this kind gives it up, though not in every scope (D7). */
  readonly expected: 'holds' | 'breaks';
  readonly got: 'held' | 'broken' | 'undecided';
  readonly as_expected: boolean;
  readonly grade: ExploreGrade;
  readonly facts: string[];
  readonly counterexample: Counterexample | null;
}

/** The shortest of the runs that were found to show it. */
export interface Counterexample {
  /** What happens at its end. */
  readonly text: string;
  /** Steps from the first state of the search on. */
  readonly steps: number;
  /** Tasks that then step for ever, in this order; empty when nothing goes on. Null: it is no question of ever. */
  readonly cycle: string[] | null;
  /** The run on one line, its cycle twice: what `check` prints too. */
  readonly token: string;
}

export interface ExploreResult {
  readonly schema: 'gup-vs-hmm/explore/1';
  readonly model_revision: number;
  readonly scope: {
    readonly title: string;
    readonly blocks: number;
    readonly fs_ops: string[];
    readonly mirrors: number;
    readonly short_pins: number;
    readonly long_pins: number;
    readonly forks: number;
    readonly memory: string;
    readonly kernel: string;
    readonly driver: string;
  };
  readonly mutant: string | null;
  readonly reduction: 'on' | 'off';
  /** Every state was seen, and the questions of liveness were answered on all of them. */
  readonly exhausted: boolean;
  /** What two random samples made of it before: at least about as many states. */
  readonly states_estimate: number;
  readonly states: number;
  readonly transitions: number;
  /** States on the longest way that the search was on. */
  readonly depth: number;
  /** That any two different states had one fingerprint, at most. */
  readonly collision_probability: number;
  /** Of the visited set and the transitions. */
  readonly bytes: number;
  readonly verdicts: ExploreVerdict[];
}

/**
 * Side effects of a wait as `src/witness` reads them from a real kernel, or as anybody may who follows its procedure: what is
 * compared and shown. Names as in the published JSON.
 */

export interface ObservedEffect {
  readonly memory: string;
  /** The driver that holds, and the call that waits for it. */
  readonly driver: string;
  readonly wait: string;
  /** A call that stood still already when this one was made; null: only the waiting one. */
  readonly behind: string | null;
  readonly call: string;
  readonly outcome: 'completed' | 'failed' | 'stands_still';
  readonly errno: string | null;
  readonly state: string | null;
  readonly sleeps_in: string | null;
  readonly waits_for: string | null;
  readonly interruptible: boolean | null;
  readonly interrupt_errno: string | null;
  readonly killable: boolean | null;
  readonly after_release: { readonly outcome: 'completed' | 'failed'; readonly errno: string | null } | null;
  readonly waiter_sleeps_in: string | null;
}

export interface ObservedStory {
  readonly memory: string;
  readonly driver: string;
  readonly story: string;
  readonly facts: readonly { readonly question: string; readonly answer: string }[];
  /** What depends on the machine and the moment. */
  readonly recorded: Readonly<Record<string, number>>;
}

export interface ObservedSideEffects {
  readonly kernel: { readonly release: string };
  readonly effects: readonly ObservedEffect[];
  readonly stories: readonly ObservedStory[];
}

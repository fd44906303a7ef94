/**
 * What other processes come to feel while a truncate or a punch waits for a driver, on a real kernel. Names as in the
 * published JSON; `side_effects.md` says what is done.
 */
import { z } from 'zod';
import { kernelSchema } from './cell.ts';
import { WAITS_FOR } from './waits_for.ts';

export const EFFECT_OUTCOMES = ['completed', 'failed', 'stands_still'] as const;

/** How a call ended that stood still, when the driver had let go. */
const after = z.object({ outcome: z.enum(['completed', 'failed']), errno: z.string().nullable() });

export const sideEffectSchema = z.object({
  /** ext4_dax or xfs_dax. */
  memory: z.string(),
  /** The driver that holds, and the call that waits for it. */
  driver: z.string(),
  wait: z.string(),
  /** A call that stood still already when this one was made; null: only the waiting one. */
  behind: z.string().nullable(),
  call: z.string(),
  outcome: z.enum(EFFECT_OUTCOMES),
  /** Of a call that failed at once. */
  errno: z.string().nullable(),
  /** State letter of a call that stands still, as in /proc; R for one that spins. */
  state: z.string().nullable(),
  /** The kernel function in which it sleeps. */
  sleeps_in: z.string().nullable(),
  /** What it waits for, read off its stack; null for a call that does not stand still. */
  waits_for: z.enum(WAITS_FOR).nullable(),
  /** Whether a signal with a handler ends the call, and with what. */
  interruptible: z.boolean().nullable(),
  interrupt_errno: z.string().nullable(),
  /** Whether SIGKILL ends its process while the driver still holds on. */
  killable: z.boolean().nullable(),
  /** Null for one that did not stand still, and behind a freeze: there a thaw lets it go. */
  after_release: after.nullable(),
  /** Where the waiting call sleeps meanwhile. */
  waiter_sleeps_in: z.string().nullable(),
  /** Functions of a call that stands still, innermost first; recorded, not compared. */
  stack: z.array(z.string()),
});

export type SideEffect = z.infer<typeof sideEffectSchema>;

export const effectStorySchema = z.object({
  memory: z.string(),
  driver: z.string(),
  story: z.string(),
  /** In the order in which they were found. An answer is `completed`, an errno, `stands_still STATE FUNCTION`, a number, yes or no. */
  facts: z.array(z.object({ question: z.string(), answer: z.string() })),
  /** What depends on the machine and the moment. */
  recorded: z.record(z.string(), z.number().int()),
});

export type EffectStory = z.infer<typeof effectStorySchema>;

export const SIDE_EFFECTS_SCHEMA = 'gup-vs-hmm/side-effects/1';

export const sideEffectsSchema = z.object({
  schema: z.literal(SIDE_EFFECTS_SCHEMA),
  kernel: kernelSchema,
  /** Of the probe's sources, so that an observation names the code that made it. */
  probe_sha256: z.string(),
  memories: z.array(
    z.object({ name: z.string(), dax: z.boolean(), map_sync: z.string(), mount: z.string() }),
  ),
  kernel_alarms: z.array(z.string()),
  effects: z.array(sideEffectSchema),
  stories: z.array(effectStorySchema),
});

export type SideEffects = z.infer<typeof sideEffectsSchema>;

/**
 * What real kernels say to the disputed facts. `staged.md` has the procedure, `disputed_fact_list.ts` the facts and
 * what has to be seen; here the guest is run, and what was seen is held against the list.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { DISPUTED_FACTS, type DisputedFact } from './disputed_fact_list.ts';
import { prepare, type GuestOptions } from './prepare.ts';
import { runStaged, stagedHead } from './run_staged.ts';
import {
  parseStaged,
  stagedHeadSchema,
  stagedSceneSchema,
  valueOf,
  type StagedScene,
} from './staged_scene.ts';

export const disputedFactsSchema = stagedHeadSchema.extend({
  schema: z.literal('gup-vs-hmm/disputed-facts/1'),
  scenes: z.array(stagedSceneSchema),
});

/** One kernel's scenes: what was seen, not what it means. */
export type DisputedFactsObservation = z.infer<typeof disputedFactsSchema>;

/** The scene that the guest may not survive, and so has one of its own. */
const LAST_SCENE = 'K81';

/** Runs all scenes in two guests. Throws a WitnessError when a scene fails in its own setup or is missing. */
export async function witnessDisputedFacts(options: GuestOptions): Promise<DisputedFactsObservation> {
  const prepared = await prepare(options);
  const most = await runStaged(prepared, { plan: ['facts'] });
  const last = await runStaged(prepared, { plan: ['facts', LAST_SCENE], mayEnd: true });
  return {
    schema: 'gup-vs-hmm/disputed-facts/1',
    ...stagedHead(prepared, most.release),
    scenes: [...most.scenes, ...last.scenes],
  };
}

/** Throws, naming `source`, for a text that is not an observation. */
export function parseDisputedFacts(text: string, source: string): DisputedFactsObservation {
  return parseStaged(disputedFactsSchema, text, source);
}

/** `kernel`: linux-6.1, linux-6.12. */
export function committedDisputedFacts(kernel: string): DisputedFactsObservation {
  const file = `observations/disputed_facts-${kernel}.json`;
  return parseDisputedFacts(readFileSync(new URL(file, import.meta.url), 'utf8'), file);
}

/** A row of the published table, for one kernel. */
export interface FactVerdict {
  readonly id: string;
  readonly claim: string;
  readonly how: string;
  readonly status: 'confirmed' | 'refuted' | 'not_staged';
  /** Empty for a confirmed one; where a refuted one differs; why one was not staged. */
  readonly reason: string;
  /** `memory: name value` for each thing that decides, then the kernel's warnings. */
  readonly evidence: readonly string[];
}

/** Every fact of the list, in its order. */
export function judgeDisputedFacts({ scenes }: { readonly scenes: readonly StagedScene[] }): FactVerdict[] {
  return DISPUTED_FACTS.map((fact) => judge(fact, scenes));
}

function judge(fact: DisputedFact, all: readonly StagedScene[]): FactVerdict {
  const { id, claim, how, expects } = fact;
  const wanted = new Set(expects.map(({ scene }) => scene));
  const scenes = all.filter((scene) => wanted.has(scene.id));
  const staged = scenes.filter(({ not_staged }) => not_staged === null);
  const missing = [...wanted].filter((name) => !staged.some((scene) => scene.id === name));
  if (staged.length === 0 || missing.length > 0) {
    const reasons = scenes.flatMap(({ memory, not_staged }) =>
      not_staged === null ? [] : [`${memory}: ${not_staged}`],
    );
    const reason = [...reasons, ...missing.map((name) => `no scene ${name}`)].join('; ') || how;
    return { id, claim, how, status: 'not_staged', reason, evidence: [] };
  }
  const differing = staged.flatMap((scene) => differences(fact, scene));
  return {
    ...{ id, claim, how },
    status: differing.length === 0 ? 'confirmed' : 'refuted',
    reason: differing.join('; '),
    evidence: staged.flatMap((scene) => evidenceOf(fact, scene)),
  };
}

function differences({ expects }: DisputedFact, scene: StagedScene): string[] {
  return expects
    .filter((expected) => expected.scene === scene.id && valueOf(scene, expected.name) !== expected.value)
    .map(
      ({ name, value }) => `${scene.memory}: ${name} is ${valueOf(scene, name) ?? 'not seen'}, not ${value}`,
    );
}

function evidenceOf({ expects }: DisputedFact, scene: StagedScene): string[] {
  const seen = expects
    .filter((expected) => expected.scene === scene.id)
    .map(({ name }) => `${scene.memory}: ${name} ${valueOf(scene, name) ?? 'not seen'}`);
  const ended = scene.guest_ended === null ? [] : [`${scene.memory}: the guest ended: ${scene.guest_ended}`];
  return [...seen, ...ended, ...scene.warnings.map((line) => `${scene.memory}: ${line}`)];
}

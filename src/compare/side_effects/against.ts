/**
 * side effects seen on a real kernel + the model -> where they agree and where not, field by field; what the model does not have
 * is listed with the reason.
 */
import { driverNamed } from '../../drivers/index.ts';
import { BUILTIN_2026 } from '../../costs/index.ts';
import type { ObservedEffect, ObservedSideEffects, ObservedStory } from './observed.ts';
import { MODEL_REVISION } from '../model_revision.ts';
import type { ReplayConditions } from '../conditions.ts';
import { effectCall } from './calls.ts';
import { type ModelEffect, Situation } from './rows.ts';
import { samePlace } from './sleeps.ts';
import { modelStory } from './stories.ts';
import { TOLERATED_EFFECTS, type ToleratedEffect } from './tolerated.ts';

/** One field, or one question of a story, that was compared. */
interface Compared {
  readonly field: string;
  /** As JSON, or a story's answer. */
  readonly model: string;
  readonly observed: string;
  readonly agrees: boolean;
}

export interface EffectDifference {
  readonly memory: string;
  /** `gup trunc_0 pwrite`, `gup trunc_0 behind freeze: create`, or the name of a story. */
  readonly what: string;
  readonly field: string;
  readonly model: string;
  readonly observed: string;
}

export interface ToleratedEffectDifference extends EffectDifference {
  readonly reason: string;
}

/** Rows or stories that the model cannot have. */
export interface NotModelled {
  readonly what: string;
  readonly reason: string;
  /** How many rows and stories of the observation it is about. */
  readonly count: number;
}

export interface SideEffectsAgainst {
  readonly schema: 'gup-vs-hmm/side-effects-against/1';
  readonly model_revision: number;
  readonly kernel: string;
  readonly observed_release: string;
  /** Rows and stories of the observation, and those that the model has. */
  readonly rows: number;
  readonly stories: number;
  readonly compared_rows: number;
  readonly compared_stories: number;
  readonly fields: number;
  readonly agree: number;
  readonly tolerated: readonly ToleratedEffectDifference[];
  readonly disagree: readonly EffectDifference[];
  readonly not_modelled: readonly NotModelled[];
}

/** A row or story of the observation beside the model's. */
interface Pair {
  readonly memory: string;
  readonly wait: string | null;
  /** Call or story, for rules; and as it is shown. */
  readonly subject: string;
  readonly what: string;
  readonly story: boolean;
  /** The reason when the model does not have it. */
  readonly compared: readonly Compared[] | string;
}

/** `kernel`: name of a release of the model. Throws when the model does not wait where the kernel does. */
export function sideEffectsAgainst(
  kernel: string,
  observed: ObservedSideEffects,
  rules: readonly ToleratedEffect[] = TOLERATED_EFFECTS,
): SideEffectsAgainst {
  const situations = new Situations(kernel);
  const pairs = [
    ...observed.effects.map((effect) => pairOfRow(situations, effect)),
    ...observed.stories.map((story) => pairOfStory(kernel, story)),
  ];
  const has = (story: boolean): Pair[] =>
    pairs.filter((pair) => pair.story === story && typeof pair.compared !== 'string');
  const judged = pairs.flatMap((pair) => judge(pair, rules));
  const fields = pairs.flatMap(({ compared }) => (typeof compared === 'string' ? [] : compared));
  return {
    schema: 'gup-vs-hmm/side-effects-against/1',
    model_revision: MODEL_REVISION,
    kernel,
    observed_release: observed.kernel.release,
    rows: observed.effects.length,
    stories: observed.stories.length,
    compared_rows: has(false).length,
    compared_stories: has(true).length,
    fields: fields.length,
    agree: fields.filter(({ agrees }) => agrees).length,
    tolerated: judged.flatMap(({ difference, reason }) =>
      reason === undefined ? [] : [{ ...difference, reason }],
    ),
    disagree: judged.flatMap(({ difference, reason }) => (reason === undefined ? [difference] : [])),
    not_modelled: notModelled(pairs),
  };
}

/** Each state in which a call waits is reached once. */
class Situations {
  private readonly kernel: string;
  private readonly made = new Map<string, Situation>();

  constructor(kernel: string) {
    this.kernel = kernel;
  }

  of({ memory, driver, wait, behind }: ObservedEffect): Situation {
    const key = [memory, driver, wait, behind].join(' ');
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const tested = driverNamed(driver);
    if (tested === undefined) throw new RangeError(`no driver named ${driver}`);
    const made = new Situation({ wait, behind }, tested, conditionsOf(this.kernel, memory));
    this.made.set(key, made);
    return made;
  }
}

function conditionsOf(kernel: string, memory: string): ReplayConditions {
  return {
    ...{ kernel, memory, costTable: BUILTIN_2026, seed: 1, signal: { aborted: false } },
    onProgress: () => undefined,
  };
}

function pairOfRow(situations: Situations, effect: ObservedEffect): Pair {
  const { memory, driver, wait, behind, call } = effect;
  const known = effectCall(call);
  const what = `${driver} ${wait} ${behind === null ? '' : `behind ${behind}: `}${call}`;
  const place = { memory, wait, subject: call, what, story: false };
  if (known.notModelled !== undefined) return { ...place, compared: known.notModelled };
  return { ...place, compared: comparedFields(situations.of(effect).meet(known), effect) };
}

const FIELDS = [
  'outcome',
  'errno',
  'state',
  'waits_for',
  'interruptible',
  'interrupt_errno',
  'killable',
  'after_release',
] as const satisfies readonly (keyof ModelEffect & keyof ObservedEffect)[];

const PLACES = ['sleeps_in', 'waiter_sleeps_in'] as const;

function comparedFields(model: ModelEffect, observed: ObservedEffect): Compared[] {
  const plain = FIELDS.map((field): Compared => {
    const [mine, theirs] = [JSON.stringify(model[field]), JSON.stringify(observed[field])];
    return { field, model: mine, observed: theirs, agrees: mine === theirs };
  });
  const places = PLACES.map((field): Compared => {
    const [mine, theirs] = [model[field], observed[field]];
    const waitsFor = field === 'sleeps_in' ? model.waits_for : null;
    const agrees = mine === null ? theirs === null : samePlace(mine, waitsFor, theirs);
    return { field, model: JSON.stringify(mine), observed: JSON.stringify(theirs), agrees };
  });
  return [...plain, ...places];
}

function pairOfStory(kernel: string, { memory, story, facts: seen }: ObservedStory): Pair {
  const place = { memory, wait: null, subject: story, what: story, story: true };
  const { facts, notModelled: reason } = modelStory(story, conditionsOf(kernel, memory));
  if (facts === undefined) return { ...place, compared: reason ?? '' };
  const questions = [...new Set([...seen, ...facts].map(({ question }) => question))];
  const answer = (from: typeof seen | typeof facts, question: string): string =>
    from.find((fact) => fact.question === question)?.answer ?? 'not asked';
  return {
    ...place,
    compared: questions.map((field): Compared => {
      const [model, observed] = [answer(facts, field), answer(seen, field)];
      return { field, model, observed, agrees: sameAnswer(model, observed) };
    }),
  };
}

/** `stands_still STATE PLACE` is compared by its words, any other answer as it is. */
function sameAnswer(model: string, observed: string): boolean {
  const [stands, state, ...path] = model.split(' ');
  const [standsToo, stateToo, name] = observed.split(' ');
  if (stands !== 'stands_still' || standsToo !== 'stands_still') return model === observed;
  return state === stateToo && samePlace(path.join(' '), null, name ?? null);
}

function judge(
  { memory, wait, subject, what, compared }: Pair,
  rules: readonly ToleratedEffect[],
): { difference: EffectDifference; reason: string | undefined }[] {
  if (typeof compared === 'string') return [];
  return compared
    .filter(({ agrees }) => !agrees)
    .map(({ field, model, observed }) => {
      const rule = rules.find(
        (each) =>
          each.what === subject &&
          each.field === field &&
          each.model === model &&
          (each.memory ?? memory) === memory &&
          (each.wait ?? wait) === wait,
      );
      return { difference: { memory, what, field, model, observed }, reason: rule?.reason };
    });
}

function notModelled(pairs: readonly Pair[]): NotModelled[] {
  const found = new Map<string, NotModelled>();
  for (const { subject, compared } of pairs) {
    if (typeof compared !== 'string') continue;
    const count = (found.get(subject)?.count ?? 0) + 1;
    found.set(subject, { what: subject, reason: compared, count });
  }
  return [...found.values()];
}

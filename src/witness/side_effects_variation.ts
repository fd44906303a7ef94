/** What differs between two observations of the side effects of the same kernel. Only what is recorded may. */
import type { EffectStory, SideEffect, SideEffects } from './side_effect.ts';

/** Fields that depend on the machine and the moment, of rows and of stories. */
const RECORDED: ReadonlySet<string> = new Set(['stack', 'recorded']);

/** `ext4_dax gup trunc_0 - pwrite: outcome: "completed" and "stands_still"`; empty when they say the same. */
export function sideEffectVariations(first: SideEffects, second: SideEffects): string[] {
  return [
    ...between(first.effects, second.effects, rowKey),
    ...between(first.stories, second.stories, ({ memory, story }) => `${memory} ${story}`),
  ];
}

function rowKey({ memory, driver, wait, behind, call }: SideEffect): string {
  return [memory, driver, wait, behind ?? '-', call].join(' ');
}

function between<T extends SideEffect | EffectStory>(
  first: readonly T[],
  second: readonly T[],
  keyOf: (item: T) => string,
): string[] {
  const others = new Map(second.map((item) => [keyOf(item), item]));
  const seen = new Set(first.map(keyOf));
  return [
    ...first.flatMap((item) => differences(keyOf(item), item, others.get(keyOf(item)))),
    ...second.flatMap((item) => (seen.has(keyOf(item)) ? [] : [`${keyOf(item)}: only in the second`])),
  ];
}

function differences<T extends object>(key: string, a: T, b: T | undefined): string[] {
  if (b === undefined) return [`${key}: only in the first`];
  const others = new Map<string, unknown>(Object.entries(b));
  return Object.entries(a).flatMap(([field, value]: [string, unknown]) => {
    const [mine, theirs] = [JSON.stringify(value), JSON.stringify(others.get(field))];
    return RECORDED.has(field) || mine === theirs ? [] : [`${key}: ${field}: ${mine} and ${theirs}`];
  });
}

/**
 * The kernel facts that code, reports and command output cite.
 *
 *     one file per group of facts -> FACTS -> fact('K52'), NOT_MODELLED
 *
 * "6.1" in a source is 6.1.192, "6.12" is 6.12.117, "7.2" is 7.2.13. Behaviour changed twice, so that there are three
 * eras: E0 (no layout wait, long pins allowed; before 4.15), E1 (both closed; 4.18 to 6.14) and E2 (other page
 * counts, and eviction waits too; from 6.15, seen in 7.2). The invariants I1 to I15 are those of `src/invariants`.
 */
import { ACCOUNTING_FACTS } from './accounting.ts';
import { ADDRESS_SPACE_FACTS } from './address_space.ts';
import { ARGUMENT_FACTS } from './argument.ts';
import { BLOCK_REMOVAL_FACTS } from './block_removal.ts';
import { LAYOUT_BUG_FACTS } from './bugs_layout.ts';
import { MIRROR_BUG_FACTS } from './bugs_mirror.ts';
import { OTHER_BUG_FACTS } from './bugs_other.ts';
import { CORRECTION_FACTS } from './corrections.ts';
import { DRIVER_FACTS } from './drivers.ts';
import { MM_ENTITY_FACTS } from './entities_mm.ts';
import { STORAGE_ENTITY_FACTS } from './entities_storage.ts';
import type { Fact, FactId } from './fact.ts';
import { FAULT_FACTS } from './faults.ts';
import { GUP_FACTS } from './gup.ts';
import { GUP_HISTORY_FACTS } from './gup_history.ts';
import { HMM_FACTS } from './hmm.ts';
import { LAYOUT_BREAK_FACTS } from './layout_break.ts';
import { LEFT_OUT } from './left_out.ts';
import type { LeftOutTopic } from './left_out.ts';
import { NOTIFIER_FACTS } from './notifiers.ts';
import { PAGE_CACHE_FACTS } from './page_cache.ts';
import { PERSISTENCE_FACTS } from './persistence.ts';
import { PRESSURE_FACTS } from './pressure.ts';

export type { Fact, FactId, FactStatus, FactTag } from './fact.ts';
export type { LeftOutTopic } from './left_out.ts';

/** All facts, by number. */
export const FACTS: readonly Fact[] = [
  ...MM_ENTITY_FACTS,
  ...STORAGE_ENTITY_FACTS,
  ...LAYOUT_BREAK_FACTS,
  ...FAULT_FACTS,
  ...BLOCK_REMOVAL_FACTS,
  ...PERSISTENCE_FACTS,
  ...ADDRESS_SPACE_FACTS,
  ...PRESSURE_FACTS,
  ...GUP_FACTS,
  ...GUP_HISTORY_FACTS,
  ...ACCOUNTING_FACTS,
  ...NOTIFIER_FACTS,
  ...HMM_FACTS,
  ...DRIVER_FACTS,
  ...LAYOUT_BUG_FACTS,
  ...MIRROR_BUG_FACTS,
  ...OTHER_BUG_FACTS,
  ...ARGUMENT_FACTS,
  ...CORRECTION_FACTS,
  ...PAGE_CACHE_FACTS,
];

const BY_ID: ReadonlyMap<string, Fact> = new Map(FACTS.map((entry) => [entry.id, entry]));

/** The number of a fact: 52 for `K52`. */
function factNumber(id: string): number {
  return Number(id.slice(1));
}

/** True if `a` becomes `b` by changing, adding or dropping one character. */
function isOneEditAway(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  const restOfShort = short.slice(short.length === long.length ? at + 1 : at);
  return restOfShort === long.slice(at + 1);
}

/** At most five ids that the caller may have meant, the likeliest first; empty if nothing is like it. */
function nearFacts(id: string): string[] {
  const digits = /\d+/.exec(id)?.[0];
  if (digits === undefined) return [];
  const meant = `K${Number(digits)}`;
  if (BY_ID.has(meant)) return [meant];
  const distance = (other: FactId): number => Math.abs(factNumber(other) - factNumber(meant));
  return FACTS.map((entry) => entry.id)
    .filter((other) => isOneEditAway(meant, other))
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, 5);
}

/** The fact of that id (`K52`). Throws RangeError for any other string, with the ids that come near it. */
export function fact(id: string): Fact {
  const found = BY_ID.get(id);
  if (found !== undefined) return found;
  const near = nearFacts(id);
  const hint = near.length > 0 ? `did you mean ${near.join(', ')}?` : `facts are K1 to K${FACTS.length}`;
  throw new RangeError(`no fact '${id}': ${hint}`);
}

/** One thing that the model leaves out. */
export interface NotModelled {
  readonly what: string;
  readonly reason: string;
  /** Facts left out with it in whole or in part, and facts that say why it may be; by number. */
  readonly facts: readonly FactId[];
}

function leavesOut(entry: Fact, topic: LeftOutTopic): boolean {
  if (entry.status.kind === 'context') return false;
  if (entry.status.kind === 'not_modelled') return entry.status.topic === topic;
  return entry.status.without?.includes(topic) ?? false;
}

function notModelledItem(topic: LeftOutTopic): NotModelled {
  const { what, reason, related } = LEFT_OUT[topic];
  const cited: ReadonlySet<string> = new Set(related);
  const facts = FACTS.filter((entry) => cited.has(entry.id) || leavesOut(entry, topic)).map(
    (entry) => entry.id,
  );
  return { what, reason, facts };
}

/** Everything that the model is known to leave out, for `--help`, `list facts` and every report. */
export const NOT_MODELLED: readonly NotModelled[] = (Object.keys(LEFT_OUT) as LeftOutTopic[]).map(
  notModelledItem,
);

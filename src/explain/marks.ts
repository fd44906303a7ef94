/**
 * Which places of a trace deserve a mark: where the planted fault took effect, where the property broke, and what made it so.
 */
import type { KernelEvent } from '../kernel/event.ts';
import { WAIT } from '../kernel/kernel.ts';
import type { Code, CompiledPath } from '../machine/code.ts';
import type { Entry, Patch } from '../machine/program.ts';
import type { System } from '../drivers/system.ts';
import type { Mutant } from '../mutants/index.ts';
import type { Trace, TraceEntry, TraceEvent } from './trace.ts';
import { inShort } from './words.ts';

/** `unchecked`: a test of something is missing; `missing`: any other step. */
export type MarkKind = 'missing' | 'unchecked' | 'wrong' | 'cause' | 'break';

export interface Mark {
  readonly kind: MarkKind;
  /** Step and entry of the trace. */
  readonly step: number;
  readonly entry: number;
  readonly text: string;
}

/** Where an entry was taken out of a path or replaced: the instructions in its place, or the one that now comes next. */
interface PlantedPlace {
  readonly path: string;
  readonly at: string;
  readonly leftOut: boolean;
  /** The entry was a test of something. */
  readonly isCheck: boolean;
  readonly pcs: ReadonlySet<number>;
}

/** All marks, in the order of the steps. */
export function marksOf(trace: Trace, mutant: Mutant | null, property: string): Mark[] {
  const end = breakOf(trace, property);
  const last = trace.breakStep ?? trace.steps.length - 1;
  const code = trace.session.system.options.code as unknown as Code<System>;
  const planted = plantedPlaces(code, mutant?.patches ?? []).flatMap((place) =>
    markOfPlace(trace, place, last, mutant?.title ?? ''),
  );
  const cause = end === null ? [] : causeOf(trace, end);
  return [...planted, ...cause, ...(end === null ? [] : [end])].sort(
    (a, b) => a.step - b.step || a.entry - b.entry,
  );
}

function plantedPlaces(code: Code<System>, patches: readonly Patch<System>[]): PlantedPlace[] {
  return [...new Set(patches.map(({ path }) => path))].flatMap((name) => {
    const compiled = code.paths.find((path) => path.name === name);
    return compiled === undefined
      ? []
      : placesIn(
          compiled,
          patches.filter(({ path }) => path === name),
        );
  });
}

const instructions = (entries: readonly Entry<System>[]): number =>
  entries.filter(({ op }) => op !== 'mark').length;

function placesIn(compiled: CompiledPath<System>, patches: readonly Patch<System>[]): PlantedPlace[] {
  const places: PlantedPlace[] = [];
  let pc = compiled.entry;
  for (const entry of compiled.path.entries) {
    const patch = patches.find(({ at }) => at === entry.name);
    const length = instructions(patch === undefined ? [entry] : patch.entries);
    if (patch !== undefined) {
      const pcs = new Set(Array.from({ length: Math.max(1, length) }, (_, offset) => pc + offset));
      const isCheck = entry.op === 'branch';
      places.push({ path: patch.path, at: patch.at, leftOut: length === 0, isCheck, pcs });
    }
    pc += length;
  }
  return places;
}

/** The last time before the break that the run came through the place. */
function markOfPlace({ steps }: Trace, place: PlantedPlace, last: number, title: string): Mark[] {
  for (let step = last; step >= 0; step--) {
    const entries = steps[step]?.entries ?? [];
    const entry = entries.findIndex(({ pc }) => place.pcs.has(pc));
    if (entry < 0) continue;
    if (!place.leftOut) return [{ kind: 'wrong', step, entry, text: title }];
    // A branch is named after its way out: `mmget_not_zero failed`.
    const kind = place.isCheck ? 'unchecked' : 'missing';
    return [{ kind, step, entry, text: place.at.replace(/ failed$/, '') }];
  }
  return [];
}

/** Where the property broke: the last entry of that step that did something, or the last sleep. */
function breakOf(trace: Trace, property: string): Mark | null {
  if (trace.violation === null) return null;
  const step = trace.breakStep ?? lastSleep(trace);
  const entries = trace.steps[step]?.entries ?? [];
  const acting = entries.findLastIndex(({ events }) => events.length > 0);
  return {
    kind: 'break',
    step,
    entry: Math.max(0, acting),
    text: shortly(property, inShort(trace.violation)),
  };
}

/** A long sentence stands at the top of the text; what broke is enough here. */
function shortly(property: string, text: string): string {
  return text.length > LONG ? `${property} broken` : `${property} broken: ${text}`;
}

const LONG = 100;

/** The last step after which a task sleeps that never wakes; else the last of all. */
function lastSleep({ steps, waits }: Trace): number {
  const asleep = new Set(waits.unfinished.map(({ task }) => task));
  const found = steps.findLastIndex(({ task, state }) => state === 'asleep' && asleep.has(task));
  return found < 0 ? steps.length - 1 : found;
}

/** What an event is about: physical pages, and pages of an address space. */
interface About {
  readonly pfns: readonly (readonly [number, number])[];
  readonly addresses: readonly (readonly [mm: number, from: number, to: number])[];
}

function aboutOf(event: KernelEvent): About {
  const pfns: [number, number][] = [];
  const addresses: [number, number, number][] = [];
  if (event.type === 'sleep' && event.kind === WAIT.page_idle) pfns.push([event.a, event.a + 1]);
  if ('pfn' in event && 'pages' in event && event.pfn > 0) pfns.push([event.pfn, event.pfn + event.pages]);
  if ('mm' in event && 'from' in event) addresses.push([event.mm, event.from, event.to]);
  if ('mm' in event && 'va' in event) addresses.push([event.mm, event.va, event.va + 1]);
  return { pfns, addresses };
}

/** Events that change who may reach a page, or whose it is. */
const CHANGES: ReadonlySet<KernelEvent['type']> = new Set<KernelEvent['type']>([
  'pte',
  'blocks_freed',
  'blocks_allocated',
  'private_copy_moved',
  'private_copies_zapped',
  'pin',
  'get',
  'mm_freed',
]);

function meet(one: About, other: About): boolean {
  const cross = ([from, to]: readonly [number, number], [first, end]: readonly [number, number]): boolean =>
    from < end && first < to;
  return (
    one.pfns.some((mine) => other.pfns.some((its) => cross(mine, its))) ||
    one.addresses.some(([mm, from, to]) =>
      other.addresses.some(([its, first, end]) => mm === its && cross([from, to], [first, end])),
    )
  );
}

/** The last change to the same page before the break, by another operation. */
function causeOf(trace: Trace, end: Mark): Mark[] {
  const { steps } = trace;
  const broken = steps[end.step];
  const about = broken?.entries.flatMap(({ events }) => events.map(({ event }) => aboutOf(event))) ?? [];
  for (let step = end.step - 1; step >= 0; step--) {
    if (steps[step]?.op === broken?.op) continue;
    const entries = steps[step]?.entries ?? [];
    const touches = ({ event }: TraceEvent): boolean =>
      CHANGES.has(event.type) && about.some((mine) => meet(mine, aboutOf(event)));
    const entry = entries.findLastIndex(({ events }: TraceEntry) => events.some(touches));
    if (entry >= 0) return [{ kind: 'cause', step, entry, text: 'the last change to the same page:' }];
  }
  return [];
}

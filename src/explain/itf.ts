/**
 * A run as a trace in the Informal Trace Format of Apalache (ADR 015), which trace viewers of TLA+ and Quint read: one state
 * after each step, up to the break.
 */
import { REGION } from '../drivers/system.ts';
import { COUNTER } from '../kernel/kernel.ts';
import { block_owner } from '../kernel/fs/block_owner.ts';
import { size_in_pages } from '../kernel/fs/inode.ts';
import { positionName } from '../machine/code.ts';
import { TASK_DEAD, TASK_USER } from '../machine/task.ts';
import type { PageMap } from '../machine/store.ts';
import type { Session } from '../run/session.ts';
import { fileName, lockName } from '../run/wait_graph.ts';
import type { Explained } from './explanation.ts';
import { traceRun } from './trace.ts';
import { entryText } from './words.ts';

/** Values of the format: maps, sets and tuples are marked. */
export type ItfValue =
  | string
  | number
  | boolean
  | { readonly '#map': readonly (readonly [ItfValue, ItfValue])[] }
  | { readonly '#set': readonly ItfValue[] }
  | { readonly '#tup': readonly ItfValue[] };

export interface ItfState {
  readonly '#meta': { readonly index: number };
  readonly [variable: string]: ItfValue | { readonly index: number };
}

export interface ItfTrace {
  readonly '#meta': Readonly<Record<string, string>>;
  readonly params: readonly string[];
  readonly vars: readonly string[];
  readonly states: readonly ItfState[];
}

/** Variables of a state. `stepped`: the task that took the step, `in`: where it began; the rest is as the step left it. */
const VARS = [
  'stepped',
  'began_at',
  'position',
  'locks',
  'cpu_pte',
  'device_pte',
  'references',
  'block_of',
  'file_pages',
  'broken',
] as const;

type State = Readonly<Record<(typeof VARS)[number], ItfValue>>;

export function itfTrace({ explanation, failure, run, trace }: Explained): ItfTrace {
  const last = trace.breakStep ?? trace.steps.length - 1;
  const states: State[] = [];
  traceRun(failure.setup, run, failure.property, undefined, (step, session) => {
    if (step > last) return;
    const taken = trace.steps[step];
    const began = taken?.entries[0];
    states.push({
      stepped: taken === undefined ? '' : session.taskName(taken.task),
      began_at: began === undefined ? '' : `${began.stack.at(-1)?.path ?? ''}.${began.name}`,
      ...stateOf(session),
      broken: step === last,
    });
  });
  return {
    '#meta': {
      format: 'ITF',
      'format-description': 'https://apalache-mc.org/docs/adr/015adr-trace.html',
      description: `${explanation.property}: ${explanation.text}`,
      source: explanation.token,
    },
    params: [],
    vars: VARS,
    states: states.map((state, index) => ({ '#meta': { index }, ...state })),
  };
}

function stateOf(session: Session): Omit<State, 'stepped' | 'began_at' | 'broken'> {
  const { system } = session;
  const spaces = Array.from({ length: session.addressSpaces }, (_, mm) => mm);
  const regions = Array.from({ length: system.counters.get(0, COUNTER.regions) }, (_, region) => region);
  return {
    position: mapOf(tasks(session).map((task) => [session.taskName(task), positionOf(session, task)])),
    locks: locksOf(session),
    cpu_pte: mapOf(spaces.flatMap((mm) => entriesOf(system.ptes, mm, `mm${mm}`, 0, system.llong_max_pages))),
    device_pte: mapOf(
      regions.flatMap((region) => {
        const [start, end] = [
          system.regions.get(region, REGION.start),
          system.regions.get(region, REGION.end),
        ];
        return entriesOf(system.device_ptes, region, `region${region}`, start, end);
      }),
    ),
    references: mapOf(pfns(session, (pfn) => system.refcount.get(0, pfn))),
    block_of: mapOf(
      pfns(session, (pfn) => {
        const owner = block_owner(system, pfn);
        return owner > 0 ? `${fileName(session, owner)} page ${system.block_index.get(0, pfn) - 1}` : 0;
      }),
    ),
    file_pages: mapOf(
      session.workload.files.map(({ name }, file) => [name, size_in_pages(system, file + 1)]),
    ),
  };
}

const mapOf = (pairs: readonly (readonly [ItfValue, ItfValue])[]): ItfValue => ({ '#map': pairs });

const tasks = ({ system }: Session): number[] => Array.from({ length: system.m.count }, (_, task) => task);

function positionOf({ system }: Session, task: number): string {
  const state = system.m.state(task);
  if (state === TASK_USER) return 'user';
  return state === TASK_DEAD ? 'dead' : positionName(system.m.position(task));
}

function locksOf(session: Session): ItfValue {
  const held = tasks(session).flatMap((task) =>
    session.system.m.locks.heldBy(task).map(({ lock, write }) => ({ lock, write, task })),
  );
  const locks = [...new Set(held.map(({ lock }) => lock))].sort((a, b) => a - b);
  return mapOf(
    locks.map((lock) => {
      const holders = held.filter((one) => one.lock === lock);
      const names = holders.map(({ task, write }) => `${session.taskName(task)} ${write ? 'write' : 'read'}`);
      return [lockName(session, lock), { '#set': names }];
    }),
  );
}

/** Present entries of a row, page by page. */
function entriesOf(
  map: PageMap,
  row: number,
  name: string,
  from: number,
  to: number,
): [ItfValue, ItfValue][] {
  const found: [ItfValue, ItfValue][] = [];
  for (let page = map.nextNonZero(row, from, to); page < to; page = map.nextNonZero(row, page + 1, to))
    found.push([{ '#tup': [name, page] }, entryText(map.get(row, page))]);
  return found;
}

/** Physical pages for which something is to be said. */
function pfns(session: Session, say: (pfn: number) => string | number): [ItfValue, ItfValue][] {
  const { blocks, anonPages } = session.system.options;
  return Array.from({ length: blocks + anonPages }, (_, index) => index + 1).flatMap((pfn) => {
    const said = say(pfn);
    return said === 0 ? [] : [[pfn, said] as [ItfValue, ItfValue]];
  });
}

/**
 * The state of things when the property broke: the pages around it, where each task stands, and which locks it holds.
 */
import { REGION, type System } from '../drivers/system.ts';
import { COUNTER, MM } from '../kernel/kernel.ts';
import { block_owner, visit_owners } from '../kernel/fs/block_owner.ts';
import { BLOCK_FREE, BLOCK_FREED } from '../kernel/fs/extent.ts';
import { GUP_PIN_COUNTING_BIAS, is_anon_pfn } from '../kernel/mm/page.ts';
import { pte_pfn, pte_present } from '../kernel/mm/pgtable.ts';
import { type PageMap, visitRuns } from '../machine/store.ts';
import type { Session } from '../run/session.ts';
import { fileName, lockName, sleepOf } from '../run/wait_graph.ts';
import { entryText, inShort, waitText } from './words.ts';

/** Where a table maps a page: `mm0` or `region0`, the page of it, `rw` or `ro`. */
export interface MappedAt {
  readonly table: string;
  readonly page: number;
  readonly rights: string;
}

/** Consecutive physical pages that are alike; all else is said of the first, and goes up with them. */
export interface PageState {
  readonly pfn: number;
  readonly pages: number;
  /** As the kernel counts: 1 is idle for a page of a DAX file. */
  readonly refcount: number;
  readonly pins: number;
  /** What it is, when it is no file's block; else the pages of files whose block it is. */
  readonly owner: string;
  readonly files: readonly FilePage[];
  /** In which page tables it is mapped. */
  readonly cpu: readonly MappedAt[];
  /** In which device page tables. */
  readonly device: readonly MappedAt[];
}

export interface FilePage {
  readonly file: string;
  readonly page: number;
}

export interface TaskAtBreak {
  readonly name: string;
  /** Functions it is in, outermost first; empty in user space. */
  readonly functions: readonly string[];
  /** What it sleeps on, or null. */
  readonly waits: string | null;
  readonly locks: readonly string[];
}

export interface StateAtBreak {
  readonly pages: readonly PageState[];
  /** Pages that are like these and left out. */
  readonly more: number;
  readonly tasks: readonly TaskAtBreak[];
  /** Address spaces that nobody uses any more (mm_users is 0). */
  readonly unused_mms: readonly string[];
}

/** Pages that are shown. */
const PAGES_MAX = 6;

/** `pfns`: pages that the break is about; they come first. */
export function stateAtBreak(session: Session, pfns: readonly number[]): StateAtBreak {
  const all = pageStates(session);
  const near = all.filter(
    ({ pfn, refcount, device }) => pfns.includes(pfn) || device.length > 0 || refcount > 1,
  );
  const shown = (near.length > 0 ? near : all.filter(({ cpu }) => cpu.length > 0)).toSorted(
    (a, b) => Number(pfns.includes(b.pfn)) - Number(pfns.includes(a.pfn)) || a.pfn - b.pfn,
  );
  const joined = shown.reduce(joinAlike, []);
  return {
    pages: joined.slice(0, PAGES_MAX),
    more: Math.max(0, joined.length - PAGES_MAX),
    tasks: tasksAtBreak(session),
    unused_mms: Array.from({ length: session.addressSpaces }, (_, mm) => mm)
      .filter((mm) => session.system.mms.get(mm, MM.users) === 0)
      .map((mm) => `mm${mm}`),
  };
}

/** Adds a page to the last of the list if it is like it, one further in everything. */
function joinAlike(list: readonly PageState[], page: PageState): PageState[] {
  const last = list.at(-1);
  const by = last?.pages ?? 0;
  const further = <T extends { readonly page: number }>(entries: readonly T[]): T[] =>
    entries.map((entry) => ({ ...entry, page: entry.page - by }));
  const back: PageState = {
    ...page,
    pfn: page.pfn - by,
    pages: by,
    files: further(page.files),
    cpu: further(page.cpu),
    device: further(page.device),
  };
  if (last === undefined || JSON.stringify(back) !== JSON.stringify(last)) return [...list, page];
  return [...list.slice(0, -1), { ...last, pages: by + 1 }];
}

function pageStates(session: Session): PageState[] {
  const { system } = session;
  const [cpu, device] = [new Map<number, MappedAt[]>(), new Map<number, MappedAt[]>()];
  for (let mm = 0; mm < session.addressSpaces; mm++)
    noteEntries(system.ptes, mm, 0, system.llong_max_pages, `mm${mm}`, cpu);
  const regions = system.counters.get(0, COUNTER.regions);
  for (let region = 0; region < regions; region++) {
    const [start, end] = [system.regions.get(region, REGION.start), system.regions.get(region, REGION.end)];
    noteEntries(system.device_ptes, region, start, end, `region${region}`, device);
  }
  const last = system.options.blocks + system.options.anonPages;
  const found: PageState[] = [];
  for (let pfn = 1; pfn <= last; pfn++) {
    const count = system.refcount.get(0, pfn);
    found.push({
      pfn,
      pages: 1,
      refcount: count + (is_anon_pfn(system, pfn) ? 0 : 1),
      pins: Math.floor(count / GUP_PIN_COUNTING_BIAS),
      ...ownerOf(session, pfn),
      cpu: cpu.get(pfn) ?? [],
      device: device.get(pfn) ?? [],
    });
  }
  return found;
}

/** Notes for each frame of a row who maps it, page by page. */
function noteEntries(
  map: PageMap,
  row: number,
  from: number,
  to: number,
  whose: string,
  found: Map<number, MappedAt[]>,
): void {
  visitRuns(map, row, from, to, (start, end) => {
    for (let page = start; page < end; page++) {
      const entry = map.get(row, page);
      if (!pte_present(entry)) continue;
      const pfn = pte_pfn(entry);
      const rights = entryText(entry).split(' ').at(-1) ?? '';
      found.set(pfn, [...(found.get(pfn) ?? []), { table: whose, page, rights }]);
    }
  });
}

function ownerOf(session: Session, pfn: number): Pick<PageState, 'owner' | 'files'> {
  const k: System = session.system;
  const nobodys = (owner: string): Pick<PageState, 'owner' | 'files'> => ({ owner, files: [] });
  if (is_anon_pfn(k, pfn)) return nobodys('private copy (anonymous page)');
  const state = k.block_state.get(0, pfn);
  if (state === BLOCK_FREE) return nobodys('free block');
  if (state === BLOCK_FREED) return nobodys('freed block, for anybody after the next journal commit');
  const files: FilePage[] = [];
  if (block_owner(k, pfn) > 0) {
    visit_owners(k, pfn, 1, (inode, page) => {
      files.push({ file: fileName(session, inode), page });
    });
  }
  return { owner: files.length === 0 ? 'block of no file' : 'block', files };
}

/** Tasks that are in a call, and engines and kernel threads that do not merely wait for work. */
function tasksAtBreak(session: Session): TaskAtBreak[] {
  const { m } = session.system;
  return Array.from({ length: m.count }, (_, task) => task).flatMap((task): TaskAtBreak[] => {
    const frames = m.frames(task).flatMap(({ path }) => (path === 'device_engine' ? [] : [path]));
    const { kind, a, b } = sleepOf(session.system, task);
    const waits = m.asleep(task) ? waitText(session, kind, a, b) : null;
    const idle = !session.isUser(task) && session.operationBehind(task) < 0;
    if (!(m.runnable(task) || m.asleep(task)) || idle) return [];
    const locks = m.locks
      .heldBy(task)
      .map(({ lock, write }) => `${inShort(lockName(session, lock))} (${write ? 'write' : 'read'})`);
    return [{ name: session.taskName(task), functions: frames, waits, locks }];
  });
}

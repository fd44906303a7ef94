/** The `files`, `processes` and `plan` of a scenario -> those of a workload. */
import { DEFAULT_DEVICE_PLAN, type DevicePlan } from '../device_plan.ts';
import { pageCeil, ZERO } from '../offset.ts';
import type { InitialExtent, WorkloadFile, WorkloadTask } from '../workload.ts';
import type { ScenarioHeader } from './schema.ts';
import { trouble, type DocumentPath, type Trouble } from './trouble.ts';

type FileEntry = ScenarioHeader['files'][string];

interface Range {
  readonly from: number;
  readonly to: number;
}

function listed(ranges: Range | readonly Range[] | undefined): readonly Range[] {
  if (ranges === undefined) return [];
  return 'from' in ranges ? [ranges] : ranges;
}

function extentsOf(entry: FileEntry): InitialExtent[] {
  const written = listed(entry.written).map((range) => ({ ...range, state: 'written' as const }));
  const unwritten = listed(entry.unwritten).map((range) => ({ ...range, state: 'unwritten' as const }));
  return [...written, ...unwritten].sort((a, b) => a.from - b.from);
}

function fileTroubles(entry: FileEntry, extents: readonly InitialExtent[], path: DocumentPath): Trouble[] {
  const found: Trouble[] = [];
  if (!entry.exists && (entry.size !== undefined || extents.length > 0)) {
    found.push(
      trouble(path, 'a file that does not exist yet has a size or pages', 'drop them, or exists: false'),
    );
  }
  if (entry.exists && entry.size === undefined) {
    found.push(trouble(path, 'size is missing', "give the file's size, for example size: 16p"));
  }
  const sizePages = pageCeil(entry.size ?? ZERO);
  for (const [index, extent] of extents.entries()) {
    const next = extents[index + 1];
    if (next !== undefined && next.from < extent.to) {
      const twice = `${next.from}p..${Math.min(extent.to, next.to)}p`;
      found.push(
        trouble(
          [...path, next.state],
          `pages ${twice} are given twice`,
          'a page is written or unwritten, once',
        ),
      );
    }
    if (entry.size !== undefined && extent.state === 'written' && extent.to > sizePages) {
      const problem = `written pages end at ${extent.to}p, beyond the end of the file`;
      found.push(
        trouble(
          [...path, 'written'],
          problem,
          `size is ${sizePages}p at most; pages beyond it can be unwritten only`,
        ),
      );
    }
  }
  return found;
}

/** Files in the order in which they are written down. */
export function toFiles(entries: ScenarioHeader['files']): { files: WorkloadFile[]; troubles: Trouble[] } {
  const troubles: Trouble[] = [];
  const files = Object.entries(entries).map(([name, entry]) => {
    const extents = extentsOf(entry);
    troubles.push(...fileTroubles(entry, extents, ['files', name]));
    return { name, size: entry.size ?? ZERO, extents, exists: entry.exists };
  });
  return { files, troubles };
}

/** Tasks in the order of the processes; each process is one address space. */
export function toTasks(processes: ScenarioHeader['processes']): {
  tasks: WorkloadTask[];
  troubles: Trouble[];
} {
  const tasks: WorkloadTask[] = [];
  const troubles: Trouble[] = [];
  for (const [mm, [process, { threads, memlock_pages: memlockPages }]] of Object.entries(
    processes,
  ).entries()) {
    for (const [index, name] of (threads ?? [process]).entries()) {
      if (tasks.some((task) => task.name === name)) {
        const path =
          threads === undefined ? ['processes', process] : ['processes', process, 'threads', index];
        troubles.push(
          trouble(path, `there are two tasks '${name}'`, 'operations name tasks, so each needs its own name'),
        );
      }
      tasks.push({ name, mm, ...(memlockPages === undefined ? {} : { memlockPages }) });
    }
  }
  if (tasks.length === 0) {
    troubles.push(trouble(['processes'], 'there is no process', "declare one, for example 'app: {}'"));
  }
  return { tasks, troubles };
}

export function toPlan(entry: NonNullable<ScenarioHeader['plan']>): DevicePlan {
  return {
    mappings: entry.mappings ?? DEFAULT_DEVICE_PLAN.mappings,
    access: entry.access ?? DEFAULT_DEVICE_PLAN.access,
    transfer: entry.transfer ?? DEFAULT_DEVICE_PLAN.transfer,
    transferPages: entry.transfer_pages ?? DEFAULT_DEVICE_PLAN.transferPages,
    hold: entry.hold ?? DEFAULT_DEVICE_PLAN.hold,
  };
}

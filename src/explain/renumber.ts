/**
 * The same run with plain numbers: nothing that no operation names, tasks, files, regions and operations counted in the order
 * in which they come up, addresses from 0.
 *
 * Each function gives a run that means the same as far as one can tell without running it; whoever asks tries it.
 */
import type { ExplainedRun } from '../check/shrink.ts';
import type { Preemption } from '../schedule/index.ts';
import type { Operation } from '../workload/operation.ts';
import type { Workload, WorkloadOp } from '../workload/workload.ts';

/** Old number to new one; what is not in it is gone. */
type Numbers = ReadonlyMap<number, number>;

function inOrder(met: Iterable<number>): Numbers {
  return new Map([...new Set(met)].map((old, index) => [old, index]));
}

const mapped = (numbers: Numbers, old: number): number => numbers.get(old) ?? old;

function withSchedule(
  run: ExplainedRun,
  workload: Workload,
  changes: { readonly base?: readonly number[]; readonly preemptions?: readonly Preemption[] },
): ExplainedRun {
  return {
    ...run,
    workload,
    schedule: { kind: 'replay', schedule: { ...run.schedule.schedule, ...changes } },
  };
}

/** Operations numbered as `order` has them: old numbers in their new order. */
export function reorderedOperations(run: ExplainedRun, order: readonly number[]): ExplainedRun {
  const { workload } = run;
  const numbers = inOrder([...order, ...workload.ops.keys()]);
  const ops = [...numbers.keys()].map((old) => workload.ops[old] as WorkloadOp);
  const { preemptions } = run.schedule.schedule;
  return withSchedule(
    run,
    { ...workload, ops },
    { preemptions: preemptions.map((one) => ({ ...one, op: mapped(numbers, one.op) })) },
  );
}

/** Only tasks that do something or are forked, process by process, in the order of the operations. */
export function plainTasks(run: ExplainedRun): ExplainedRun {
  const { workload } = run;
  const met = workload.ops.flatMap(({ task, op }) => [
    task,
    ...(op.kind === 'fork' ? [op.child] : op.kind === 'signal' ? [op.to] : []),
  ]);
  const spaceOf = (task: number): number => workload.tasks[task]?.mm ?? 0;
  const spaces = inOrder(met.map(spaceOf));
  const rank = (task: number): number => mapped(spaces, spaceOf(task));
  const tasks = inOrder([...new Set(met)].toSorted((a, b) => rank(a) - rank(b)));
  const before = workload.tasks.length;
  const all = new Map(tasks);
  // Engines, the journal thread and the agent come after the tasks of the workload.
  for (let beyond = before; beyond < before + OTHER_TASKS; beyond++)
    all.set(beyond, tasks.size + beyond - before);
  const kept = [...tasks.keys()].map((old) => {
    const task = workload.tasks[old] as Workload['tasks'][number];
    return { ...task, mm: mapped(spaces, task.mm) };
  });
  const ops = workload.ops.map(({ task, op, ...rest }) => ({
    ...rest,
    task: mapped(tasks, task),
    op: withTasks(op, tasks),
  }));
  return onTasks(withSchedule(run, { ...workload, tasks: kept, ops }, {}), all);
}

/** Device engines, the journal thread and the agent: there are at most so many. */
const OTHER_TASKS = 6;

function withTasks(op: Operation, tasks: Numbers): Operation {
  if (op.kind === 'fork') return { ...op, child: mapped(tasks, op.child) };
  return op.kind === 'signal' ? { ...op, to: mapped(tasks, op.to) } : op;
}

/** The schedule with other task numbers; what it says of tasks that are gone is left out. */
function onTasks(run: ExplainedRun, tasks: Numbers): ExplainedRun {
  const { base, preemptions } = run.schedule.schedule;
  return withSchedule(run, run.workload, {
    base: base.flatMap((task) => tasks.get(task) ?? []),
    preemptions: preemptions.flatMap((one) => {
      const [task, to] = [tasks.get(one.task), tasks.get(one.to)];
      return task === undefined || to === undefined ? [] : [{ ...one, task, to }];
    }),
  });
}

/** Only files that an operation names, in the order of the operations. */
export function plainFiles(run: ExplainedRun): ExplainedRun {
  const { workload } = run;
  const met = workload.ops.flatMap(({ op }) => [
    ...('file' in op ? [op.file] : []),
    ...('source' in op ? [op.source] : []),
  ]);
  const files = inOrder(met);
  const ops = workload.ops.map((entry) => ({ ...entry, op: withFiles(entry.op, files) }));
  const kept = [...files.keys()].map((old) => workload.files[old] as Workload['files'][number]);
  return { ...run, workload: { ...workload, files: kept, ops } };
}

function withFiles(op: Operation, files: Numbers): Operation {
  const named = 'file' in op ? { ...op, file: mapped(files, op.file) } : op;
  return 'source' in named ? { ...named, source: mapped(files, named.source) } : named;
}

/** Regions in the order of the operations, and with them the engines: region r is engine r modulo `devices`. */
export function plainRegions(run: ExplainedRun, devices: number): ExplainedRun {
  const { workload } = run;
  const regions = inOrder(workload.ops.flatMap(({ op }) => ('region' in op ? [op.region] : [])));
  const ops = workload.ops.map((entry) => ({
    ...entry,
    op: 'region' in entry.op ? { ...entry.op, region: mapped(regions, entry.op.region) } : entry.op,
  }));
  const engines = new Map([...regions].map(([old, now]) => [old % devices, now % devices]));
  const taken = new Set(engines.values());
  const all = Array.from({ length: devices }, (_, engine) => engine);
  const free = all.filter((engine) => !taken.has(engine));
  for (const engine of all) if (!engines.has(engine)) engines.set(engine, free.shift() ?? engine);
  const first = workload.tasks.length;
  const tasks = new Map(
    run.schedule.schedule.base.map((task) => [task, first + mapped(engines, task - first)] as const),
  );
  return onTasks(withSchedule(run, { ...workload, ops }, {}), tasks);
}

/** All addresses lower by as many pages; null when one of them would be below 0 or nothing changes. */
export function shiftedAddresses(run: ExplainedRun, by: number): ExplainedRun | null {
  const { workload } = run;
  if (by === 0 || lowestAddress(workload) < by) return null;
  const ops = workload.ops.map((entry) => ({ ...entry, op: shifted(entry.op, by) }));
  return { ...run, workload: { ...workload, ops } };
}

function shifted(op: Operation, by: number): Operation {
  if (!('from' in op)) return op;
  const moved = { ...op, from: op.from - by, to: op.to - by };
  return moved.kind === 'mremap' ? { ...moved, newFrom: moved.newFrom - by, newTo: moved.newTo - by } : moved;
}

/** The lowest page that an operation gives as an address; 0 when none does. */
export function lowestAddress(workload: Workload): number {
  const addresses = workload.ops.flatMap(({ op }) =>
    'from' in op ? [op.from, ...(op.kind === 'mremap' ? [op.newFrom] : [])] : [],
  );
  return addresses.length === 0 ? 0 : Math.min(...addresses);
}

/** Plain names for who and what there is, as the story and the scenario file use them. */
export function withPlainNames(workload: Workload): Workload {
  return {
    ...workload,
    files: workload.files.map((file, index) => ({ ...file, name: `file${index}` })),
    tasks: workload.tasks.map((task, index) => ({ ...task, name: `task${index}` })),
    regions: workload.regions.map((_, index) => `region${index}`),
  };
}

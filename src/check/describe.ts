/**
 * A run in words: its files, its operations and where other tasks cut in.
 */
import type { Offset } from '../workload/offset.ts';
import type { WorkloadFile, WorkloadOp, WorkloadTask } from '../workload/workload.ts';
import type { ExplainedRun } from './shrink.ts';

/** One line per file, operation and preemption. The same run gives the same lines. */
export function describeRun(run: ExplainedRun): string[] {
  const { workload, freezeAt } = run;
  const { base, preemptions } = run.schedule.schedule;
  return [
    ...workload.files.map(describeFile),
    ...workload.tasks.map(describeTask),
    ...workload.ops.map((entry, number) => `${number}. t${entry.task}: ${describeOperation(entry)}`),
    `order of tasks: ${base.join(' ')}`,
    ...preemptions.map(({ task, op, label, occurrence, to }) => {
      const where = op < 0 ? '' : ` (operation ${op})`;
      return `task ${task} at ${label}${where}, time ${occurrence}: task ${to} goes on`;
    }),
    ...(freezeAt === null ? [] : [`user space begins nothing after step ${freezeAt}`]),
  ];
}

function describeTask({ name, mm, memlockPages }: WorkloadTask): string {
  const limit = memlockPages === undefined ? '' : `, which may lock ${memlockPages} pages`;
  return `${name} in address space ${mm}${limit}`;
}

function describeFile(file: WorkloadFile): string {
  const extents = file.extents.map(({ from, to, state }) => `${from} to ${to - 1} ${state}`);
  return `${file.name}: ${offset(file.size)}; ${extents.length === 0 ? 'no blocks' : `pages ${extents.join(', ')}`}`;
}

function describeOperation({ op }: WorkloadOp): string {
  const { kind, ...rest } = op;
  const words = Object.entries(rest).map(([name, value]) => `${name} ${describeValue(value)}`);
  return [kind, ...words].join(' ');
}

function describeValue(value: number | boolean | Offset): string {
  if (typeof value === 'object') return offset(value);
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}

function offset({ page, byte }: Offset): string {
  return byte === 0 ? `${page}p` : `${page}p+${byte}`;
}

/**
 * Numbers for the files, tasks and address spaces of a log's operations, in order of first use.
 *
 * A thread is listed if its address space ever touched a data file, even if it made no call on one itself: an
 * address space ends with its last thread.
 */
import type { Operation } from '../operation.ts';
import { offsetFromBytes, pageCeil } from '../offset.ts';
import type { Workload, WorkloadFile, WorkloadTask } from '../workload.ts';
import type { FileObject } from './file_object.ts';
import { Numbering } from './numbering.ts';
import type { CollectedOp, OperationCollector } from './operations.ts';
import { NAMELESS_PID } from './pids.ts';
import type { TaskRecord } from './world.ts';

/** Builds the lists that operations refer to, and renumbers the operations, which become the workload's. */
export function workloadParts(
  collected: OperationCollector,
  records: readonly TaskRecord[],
): Pick<Workload, 'files' | 'tasks' | 'ops'> {
  const { ops } = collected;
  const aboutData = dropIrregular(collected);
  const spaces = new Set(aboutData.map((task) => records[task]?.mm));
  const numbers = { tasks: new Numbering<number>(), files: new Numbering<number>() };
  let kept = 0;
  for (const entry of ops) {
    // A process that never touched data only begins and ends.
    if (entry.op.kind === 'exit' && !spaces.has(records[entry.task]?.mm)) continue;
    ops[kept++] = renumbered(entry, numbers);
  }
  ops.length = kept;
  records.forEach((record, task) => {
    if (spaces.has(record.mm)) numbers.tasks.of(task);
  });
  const files = numbers.files.all.map((file) => describeFile(collected.files.all[file] as FileObject));
  return { files: uniqueNames(files), tasks: describeTasks(numbers.tasks.all, records), ops };
}

/**
 * Takes out operations on what has turned out to be a directory or a device. Gives the tasks that touched data or
 * began with a copy of some.
 */
function dropIrregular(collected: OperationCollector): number[] {
  const { ops, touched, files } = collected;
  const directories = openedDirectories(collected);
  const isFile = (file: number): boolean => files.all[file]?.isModelled === true && !directories.has(file);
  const tasks = new Set<number>();
  let kept = 0;
  for (const [index, entry] of ops.entries()) {
    const { op, task } = entry;
    const range = touched.get(index);
    if (range === undefined ? !namedFiles(op).every(isFile) : !range.some(isFile)) continue;
    ops[kept++] = entry;
    if (range !== undefined || 'file' in op) tasks.add(task);
    if (op.kind === 'fork') tasks.add(op.child);
  }
  ops.length = kept;
  return [...tasks];
}

/** Files that are opened, synced and closed, no more, and that have others below them. */
function openedDirectories({ ops, touched, files }: OperationCollector): Set<number> {
  const above = new Set(files.all.map(({ path }) => path.slice(0, path.lastIndexOf('/'))));
  const found = new Set<number>();
  for (const [file, { path }] of files.all.entries()) if (above.has(path)) found.add(file);
  if (found.size === 0) return found;
  for (const { op } of ops)
    if (!FOR_DIRECTORIES.has(op.kind)) for (const file of namedFiles(op)) found.delete(file);
  for (const range of touched.values()) for (const file of range) found.delete(file);
  return found;
}

/** What can be done to a directory that is open. */
const FOR_DIRECTORIES: ReadonlySet<Operation['kind']> = new Set<Operation['kind']>([
  'open',
  'close',
  'fsync',
]);

function namedFiles(op: Operation): number[] {
  if (!('file' in op)) return [];
  if (op.kind === 'rename' && op.over !== undefined) return [op.file, op.over];
  return op.kind === 'reflink' || op.kind === 'dedupe' ? [op.file, op.source] : [op.file];
}

interface Numbers {
  readonly tasks: Numbering<number>;
  readonly files: Numbering<number>;
}

/** The operation with numbers that leave none out, in the order of first use. */
function renumbered(entry: CollectedOp, numbers: Numbers): CollectedOp {
  const { line, logged } = entry;
  const task = numbers.tasks.of(entry.task);
  const op = withNumbers(entry.op, numbers);
  // Most keep their numbers, and their memory.
  return task === entry.task && op === entry.op ? entry : { task, op, line, logged };
}

function withNumbers(op: Operation, { tasks, files }: Numbers): Operation {
  if (op.kind === 'fork') return { kind: 'fork', child: tasks.of(op.child) };
  if (!('file' in op)) return op;
  const file = files.of(op.file);
  if (op.kind === 'rename' && op.over !== undefined) return { kind: 'rename', file, over: files.of(op.over) };
  if (op.kind === 'reflink' || op.kind === 'dedupe') return { ...op, file, source: files.of(op.source) };
  return file === op.file ? op : { ...op, file };
}

function describeFile(file: FileObject): WorkloadFile {
  const size = offsetFromBytes(file.size.existed ? file.size.initial : 0n);
  const pages = pageCeil(size);
  const extents = pages === 0 ? [] : [{ from: 0, to: pages, state: 'written' as const }];
  return { name: file.path, size, extents, exists: file.size.existed };
}

function describeTasks(order: readonly number[], records: readonly TaskRecord[]): WorkloadTask[] {
  const spaces = new Numbering<number>();
  const tasks = order.map((task) => {
    const record = records[task];
    const pid = record === undefined || record.pid === NAMELESS_PID ? 'main' : `${record.pid}`;
    const name = record?.command === undefined ? pid : `${record.command}-${pid}`;
    return { name, mm: spaces.of(record?.mm ?? -1) };
  });
  return uniqueNames(tasks);
}

/** Reused pids and paths get `#2`, `#3`, ... behind the name. */
function uniqueNames<T extends { readonly name: string }>(items: readonly T[]): T[] {
  const uses = new Map<string, number>();
  return items.map((item) => {
    const use = (uses.get(item.name) ?? 0) + 1;
    uses.set(item.name, use);
    return use === 1 ? item : { ...item, name: `${item.name}#${use}` };
  });
}

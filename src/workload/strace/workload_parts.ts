/**
 * Numbers for the files, tasks and address spaces of a log's operations, in order of first use.
 *
 * A thread is listed if its address space ever touched a data file, even if it made no call on one itself: an
 * address space ends with its last thread.
 */
import type { Operation } from '../operation.ts';
import { offsetFromBytes, pageCeil } from '../offset.ts';
import type { Workload, WorkloadFile, WorkloadOp, WorkloadTask } from '../workload.ts';
import type { FileObject } from './file_object.ts';
import type { PendingOperation } from './operations.ts';
import { NAMELESS_PID } from './pids.ts';
import type { TaskRecord } from './world.ts';

class Numbering<T> {
  readonly all: T[] = [];
  readonly #indices = new Map<T, number>();

  of(item: T): number {
    const found = this.#indices.get(item);
    if (found !== undefined) return found;
    const index = this.all.push(item) - 1;
    this.#indices.set(item, index);
    return index;
  }
}

/** Builds the lists that operations refer to, and the operations with their indices. */
export function workloadParts(
  pending: readonly PendingOperation[],
  records: readonly TaskRecord[],
): Pick<Workload, 'files' | 'tasks' | 'ops'> {
  const kept = pending.filter(({ files }) => files.every((file) => file.isModelled));
  const spaces = new Set(kept.filter(({ files }) => files.length > 0).map(({ task }) => records[task]?.mm));
  const tasks = new Numbering<number>();
  const files = new Numbering<FileObject>();
  const ops: WorkloadOp[] = [];
  for (const { task, line, errno, build } of kept) {
    if (!spaces.has(records[task]?.mm)) continue;
    const op: Operation = build((file) => files.of(file));
    ops.push({ task: tasks.of(task), op, line, logged: errno === undefined ? {} : { errno } });
  }
  records.forEach((record, task) => {
    if (spaces.has(record.mm)) tasks.of(task);
  });
  return { files: uniqueNames(files.all.map(describeFile)), tasks: describeTasks(tasks.all, records), ops };
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

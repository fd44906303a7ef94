/**
 * Smaller workloads to try when one fails: without some operations, tasks' ends or file contents.
 */
import type { Workload, WorkloadOp } from '../workload/workload.ts';

/** Halves first, then ever shorter pieces, then one operation at a time; then plainer ones. */
export function* smallerWorkloads(workload: Workload): Generator<Workload> {
  for (const smaller of shorterWorkloads(workload)) if (opensFirst(smaller)) yield smaller;
  yield* plainerOperations(workload);
  yield* plainerFiles(workload);
  yield* plainerTasks(workload);
}

/** A file that is removed is used through descriptors that were opened before, as the generator makes it. */
function opensFirst(workload: Workload): boolean {
  const removed = new Set(workload.ops.flatMap(({ op }) => (op.kind === 'unlink' ? [op.file] : [])));
  const opened = new Set<number>();
  return workload.ops.every(({ op }) => {
    if ('source' in op && removed.has(op.source) && !opened.has(op.source)) return false;
    if (!('file' in op) || !removed.has(op.file) || op.kind === 'unlink') return true;
    if (op.kind === 'open' || op.kind === 'open_trunc') opened.add(op.file);
    if (!opened.has(op.file)) return false;
    if (op.kind === 'close') opened.delete(op.file);
    return true;
  });
}

function* shorterWorkloads(workload: Workload): Generator<Workload> {
  for (let length = workload.ops.length >> 1; length >= 1; length >>= 1) {
    for (let from = workload.ops.length - length; from >= 0; from -= length) {
      yield { ...workload, ops: without(workload.ops, from, length) };
    }
  }
}

function without(ops: readonly WorkloadOp[], from: number, length: number): WorkloadOp[] {
  return ops.filter((_, index) => index < from || index >= from + length);
}

/** One operation with a plainer argument: no fence, one page, page-aligned. */
function* plainerOperations(workload: Workload): Generator<Workload> {
  for (const [index, entry] of workload.ops.entries()) {
    for (const op of plainer(entry)) yield { ...workload, ops: workload.ops.with(index, { ...entry, op }) };
  }
}

function* plainer({ op }: WorkloadOp): Generator<WorkloadOp['op']> {
  if (op.kind === 'mmap' && op.sync === true) yield { ...op, sync: false };
  if ('fence' in op && op.fence) yield { ...op, fence: false };
  if ('perTransfer' in op && op.survivesExit) yield { ...op, survivesExit: false };
  if ('perTransfer' in op && op.perTransfer) yield { ...op, perTransfer: false };
  if (op.kind === 'mremap' && op.dontUnmap === true) yield { ...op, dontUnmap: false };
  if (op.kind === 'truncate' && op.size.byte > 0) yield { ...op, size: { ...op.size, byte: 0 } };
  if (op.kind === 'truncate' && op.size.page > 0) yield { ...op, size: { page: 0, byte: 0 } };
  if ('start' in op && op.start.byte > 0) yield { ...op, start: { ...op.start, byte: 0 } };
  if ('end' in op && op.end.page - op.start.page > 1)
    yield { ...op, end: { page: op.start.page + 1, byte: 0 } };
  // mmap, mremap and attach keep their ranges: other operations count on them.
  const shortens =
    'to' in op && 'from' in op && op.kind !== 'mmap' && op.kind !== 'mremap' && op.kind !== 'attach';
  if (shortens && op.to - op.from > 1) {
    yield { ...op, to: op.from + 1 };
    yield { ...op, from: op.to - 1 };
  }
}

/** Processes that may lock any amount of memory are plainer than those that may not. */
function* plainerTasks(workload: Workload): Generator<Workload> {
  if (workload.tasks.every(({ memlockPages }) => memlockPages === undefined)) return;
  yield { ...workload, tasks: workload.tasks.map(({ name, mm }) => ({ name, mm })) };
}

/** Files written all over are plainer than those with holes. */
function* plainerFiles(workload: Workload): Generator<Workload> {
  for (const [index, file] of workload.files.entries()) {
    const pages = file.size.page + (file.size.byte > 0 ? 1 : 0);
    const plain = file.extents.length === 1 && file.extents[0]?.state === 'written' && file.size.byte === 0;
    if (plain) continue;
    const written = {
      ...file,
      size: { page: pages, byte: 0 },
      extents: [{ from: 0, to: pages, state: 'written' as const }],
    };
    yield { ...workload, files: workload.files.with(index, written) };
  }
}

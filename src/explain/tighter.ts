/**
 * Smaller ranges and files to try: mappings, attached memory and files no longer than the failure needs.
 */
import type { Operation } from '../workload/operation.ts';
import type { Workload, WorkloadFile, WorkloadOp } from '../workload/workload.ts';

/** Shortest first; a writable shared mapping is the plainest. */
export function* tighterWorkloads(workload: Workload): Generator<Workload> {
  for (const [index, entry] of workload.ops.entries()) {
    for (const op of tighterOperations(entry.op)) {
      const ops = workload.ops.with(index, { ...entry, op });
      if (staysAround(workload.ops, ops, index)) yield { ...workload, ops };
    }
  }
  for (const [index, file] of workload.files.entries()) {
    for (const smaller of tighterFiles(file))
      yield { ...workload, files: workload.files.with(index, smaller) };
  }
}

function* tighterOperations(op: Operation): Generator<Operation> {
  if (op.kind === 'mmap' && !op.shared) yield { ...op, shared: true };
  if (op.kind === 'mmap' && !op.writable) yield { ...op, writable: true };
  if (op.kind === 'mmap' && op.pgoff > 0) yield { ...op, pgoff: 0 };
  if (!('from' in op) || op.kind === 'mremap' || op.to - op.from < 2) return;
  for (const to of [op.from + 1, (op.from + op.to) >> 1, op.to - 1]) if (to < op.to) yield { ...op, to };
  for (const from of [op.to - 1, op.from + 1]) {
    yield op.kind === 'mmap' ? { ...op, from, pgoff: op.pgoff + from - op.from } : { ...op, from };
  }
}

function* tighterFiles(file: WorkloadFile): Generator<WorkloadFile> {
  const pages = file.size.page + (file.size.byte > 0 ? 1 : 0);
  for (const page of new Set([1, 2, pages >> 1, pages - 1])) {
    if (page < 1 || page >= pages) continue;
    const extents = file.extents
      .filter(({ from }) => from < page)
      .map((extent) => ({ ...extent, to: Math.min(extent.to, page) }));
    yield { ...file, size: { page, byte: 0 }, extents };
  }
}

/** What lay in the range of operation `index` still does: nobody is told to use memory that is no longer mapped or attached. */
function staysAround(before: readonly WorkloadOp[], after: readonly WorkloadOp[], index: number): boolean {
  const [wide, narrow] = [before[index]?.op, after[index]?.op];
  if (wide === undefined || narrow === undefined || !('from' in wide) || !('from' in narrow)) return true;
  if (wide.kind !== 'mmap' && wide.kind !== 'attach') return true;
  return after.every(({ op }, other) => {
    if (other === index || !('from' in op) || op.kind === 'mmap') return true;
    if (wide.kind === 'attach' && !('region' in op && op.region === wide.region)) return true;
    const was = op.from >= wide.from && op.to <= wide.to;
    return !was || (op.from >= narrow.from && op.to <= narrow.to);
  });
}

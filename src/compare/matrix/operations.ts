/**
 * The operations of the table: what each one is, as calls of the workload vocabulary. The procedure that surrounds them is
 * `src/witness/procedure.md`; the probe program does the same calls on a real kernel.
 */
import { LAYOUT } from './layout.ts';
import type { Offset } from '../../workload/offset.ts';
import type { Operation } from '../../workload/operation.ts';

/** Who makes a call: the actor, or the process that the actor's fork made. */
type Maker = 'actor' | 'child';

interface Call {
  readonly by: Maker;
  readonly op: Operation;
}

export interface CellOperation {
  readonly id: string;
  /** The actor: a process that has the file open and not mapped, or a thread of the one that has it mapped. */
  readonly actor: 'process' | 'thread';
  /** The actor has the file open beforehand. */
  readonly opens: boolean;
  /** Where a reflink's source stands to its target by inode number. */
  readonly source?: 'above' | 'below';
  /** In order; the next one is made when the one before has returned. */
  readonly calls: readonly Call[];
}

const { file, target, map, movedMap, child, pages } = LAYOUT;

const at = (page: number, byte = 0): Offset => ({ page, byte });
const byActor = (...ops: Operation[]): Call[] => ops.map((op) => ({ by: 'actor', op }));
const wholeMap = { from: map, to: map + pages };
const devicePages = { from: map + LAYOUT.deviceFrom, to: map + LAYOUT.deviceTo };

function onFile(id: string, ...ops: Operation[]): CellOperation {
  return { id, actor: 'process', opens: true, calls: byActor(...ops) };
}

/** The same by a process that opens nothing beforehand. */
function onName(id: string, ...ops: Operation[]): CellOperation {
  return { id, actor: 'process', opens: false, calls: byActor(...ops) };
}

function onMap(id: string, ...ops: Operation[]): CellOperation {
  return { id, actor: 'thread', opens: false, calls: byActor(...ops) };
}

const truncate = (id: string, size: Offset): CellOperation => onFile(id, { kind: 'truncate', file, size });

const range = (
  id: string,
  kind: 'punch' | 'collapse' | 'insert' | 'read' | 'write',
  start: Offset,
  end: Offset,
): CellOperation => onFile(id, { kind, file, start, end });

const zero = (id: string, start: number, end: number): CellOperation =>
  onFile(id, { kind: 'zero', file, start: at(start), end: at(end), keepSize: false });

const reflink = (id: string, source: 'above' | 'below'): CellOperation => ({
  ...onFile(id, {
    kind: 'reflink',
    file: target(source),
    source: file,
    start: at(0),
    end: at(pages),
    at: at(0),
  }),
  source,
});

function forking(id: string, writer: Maker): CellOperation {
  const { calls, ...operation } = onMap(id, { kind: 'fork', child });
  const store: Operation = { kind: 'store', ...devicePages };
  return {
    ...operation,
    calls: [...calls, { by: writer, op: store }, { by: 'child', op: { kind: 'exit' } }],
  };
}

/** In the order of the command line's contract. */
export const CELL_OPERATIONS: readonly CellOperation[] = [
  truncate('trunc_0', at(0)),
  truncate('trunc_mid', at(8)),
  truncate('trunc_unaligned', at(11, 1000)),
  truncate('trunc_beyond', at(13)),
  truncate('trunc_grow', at(32)),
  onName('open_trunc', { kind: 'open_trunc', file }, { kind: 'close', file }),
  range('punch', 'punch', at(4), at(12)),
  range('punch_subpage', 'punch', at(4, 1000), at(4, 1200)),
  range('punch_elsewhere', 'punch', at(13), at(15)),
  zero('zero', 4, 12),
  zero('zero_elsewhere', 13, 15),
  range('collapse', 'collapse', at(4), at(8)),
  range('collapse_after', 'collapse', at(13), at(14)),
  range('insert', 'insert', at(4), at(8)),
  range('insert_after', 'insert', at(13), at(14)),
  reflink('reflink_src_above', 'above'),
  reflink('reflink_src_below', 'below'),
  onFile('fsync', { kind: 'fsync', file }),
  range('pread', 'read', at(4), at(12)),
  range('pwrite', 'write', at(4), at(12)),
  onFile('odirect_write', { kind: 'write', direct: true, file, start: at(4), end: at(12) }),
  onName('rename', { kind: 'rename', file }),
  onName('unlink', { kind: 'unlink', file }),
  onName('umount', { kind: 'umount' }),
  onName('drop_caches', { kind: 'drop_caches' }),
  onMap('msync', { kind: 'msync', ...wholeMap }),
  onMap('munmap', { kind: 'munmap', ...wholeMap }),
  onMap('mremap', { kind: 'mremap', ...wholeMap, newFrom: movedMap, newTo: movedMap + pages }),
  onMap('mprotect_ro', { kind: 'mprotect', ...wholeMap, readable: true, writable: false }),
  onMap('mprotect_none', { kind: 'mprotect', ...wholeMap, readable: false, writable: false }),
  onMap('madv_dontneed', { kind: 'madvise_dontneed', ...wholeMap }),
  onMap('madv_remove', { kind: 'madvise_remove', ...wholeMap }),
  onMap('madv_free', { kind: 'madvise_free', ...wholeMap }),
  onMap('madv_pageout', { kind: 'madvise_pageout', ...wholeMap }),
  onMap('clear_refs', { kind: 'clear_refs' }),
  forking('fork_parent_write', 'actor'),
  forking('fork_child_write', 'child'),
];

/** Ids, in the same order. */
export const CELL_OPERATION_IDS: readonly string[] = CELL_OPERATIONS.map(({ id }) => id);

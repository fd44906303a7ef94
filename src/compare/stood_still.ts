/**
 * What stands still behind a blocked operation (K32), found by trying: in the very state in which it sleeps, other
 * operations on the file are started one at a time in a task of their own, and everything is taken back.
 */
import { MM } from '../kernel/kernel.ts';
import { size_byte, size_in_pages, size_page } from '../kernel/fs/inode.ts';
import type { Session } from '../run/session.ts';
import { inodeOf } from '../run/syscalls.ts';
import { driveUntil } from '../run/timed.ts';
import { waitOf } from '../run/wait_graph.ts';
import { pageOffset } from '../workload/offset.ts';
import type { Operation, OperationKind } from '../workload/operation.ts';
import type { StoodStill } from './result.ts';

/** Trials cost a copy of the state each: further kinds and files than these are not tried. */
const TRIED_MAX = 32;

/** Page at which a trial maps the file: it has an address space of its own, so any will do. */
const AT = 1;

/** Operations that run one after the other; the last one is the one that is tried. */
interface Trial {
  readonly kind: string;
  readonly ops: readonly Operation[];
}

export class StoodStillProbe {
  readonly found: StoodStill[] = [];
  private readonly session: Session;
  private readonly tried = new Set<string>();

  constructor(session: Session) {
    this.session = session;
  }

  /** To be called while the operation sleeps and nothing can step; does nothing for a kind and file seen before. */
  behind(op: number, fileName: string): void {
    const kind = this.session.workload.ops[op]?.op.kind;
    const file = this.session.workload.files.findIndex(({ name }) => name === fileName);
    if (kind === undefined || file < 0) return;
    const key = `${kind} ${file}`;
    if (this.tried.has(key) || this.tried.size >= TRIED_MAX) return;
    this.tried.add(key);
    const driver = this.session.system.driver.name;
    this.found.push({ driver, behind: kind, file: fileName, ...this.tryAll(file), queued: {} });
  }

  private tryAll(file: number): Pick<StoodStill, 'waited' | 'proceeded'> {
    const { session } = this;
    const waited: { kind: string; for: string }[] = [];
    const proceeded: string[] = [];
    const before = session.snapshot();
    const { onEvents } = session;
    session.onEvents = () => undefined;
    for (const { kind, ops } of trials(session, file)) {
      const lock = this.attempt(ops);
      if (lock === null) proceeded.push(kind);
      else if (lock !== '') waited.push({ kind, for: lock });
      session.restore(before);
    }
    session.onEvents = onEvents;
    return { waited, proceeded };
  }

  /** Null when the last operation went through, else what it waits for; empty when an earlier one did not end. */
  private attempt(ops: readonly Operation[]): string | null {
    const { session } = this;
    const task = session.system.m.addTask();
    const mm = session.addressSpaces;
    session.system.mms.set(mm, MM.tasks, 1);
    session.system.mms.set(mm, MM.users, 1);
    session.system.m.clock.advance(task, session.system.m.clock.latest());
    for (const [index, op] of ops.entries()) {
      const number = session.outcomes.length;
      session.startOp(task, number, op, mm);
      if (driveUntil(session, () => session.outcomes[number]?.endTime !== -1)) continue;
      return index < ops.length - 1 ? '' : lockOf(session, task);
    }
    return null;
  }
}

/**
 * What was found by trial, with the workload's own operations that queued up beside it. Each is counted with the first
 * blocked operation on its file; only an operation that sleeps on (`stay`) has anybody behind it.
 */
export function withQueued(
  found: readonly StoodStill[],
  queued: readonly { readonly kind: OperationKind; readonly file: string }[],
): StoodStill[] {
  const counted = found.map((still) => ({ ...still, queued: { ...still.queued } }));
  for (const { kind, file } of queued) {
    const still = counted.find((each) => each.file === file);
    if (still !== undefined) still.queued[kind] = (still.queued[kind] ?? 0) + 1;
  }
  return counted;
}

/** `i_rwsem`, or what else the task waits for in words. */
function lockOf(session: Session, task: number): string {
  const cause = waitOf(session, task).chain.find(({ node }) => node !== 'task');
  if (cause === undefined) return 'nothing that is known';
  const text = cause.text.replace(/^for /, '');
  return cause.node === 'lock' ? text.replace(/ of .*$/, '') : text;
}

function trials(session: Session, file: number): Trial[] {
  const k = session.system;
  const inode = inodeOf(file);
  const size = { page: size_page(k, inode), byte: size_byte(k, inode) };
  const first = { file, start: pageOffset(0), end: pageOffset(1) };
  const last = Math.max(0, size_in_pages(k, inode) - 1);
  const elsewhere = { file, start: pageOffset(last), end: pageOffset(last + 1) };
  const map: Operation = { kind: 'mmap', file, from: AT, to: AT + 1, pgoff: 0, shared: true, writable: true };
  return [
    { kind: 'read', ops: [{ kind: 'read', ...first }] },
    { kind: 'write', ops: [{ kind: 'write', ...first }] },
    { kind: 'truncate to the same size', ops: [{ kind: 'truncate', file, size }] },
    { kind: 'alloc', ops: [{ kind: 'alloc', ...first, keepSize: true }] },
    { kind: 'punch of the last page', ops: [{ kind: 'punch', ...elsewhere }] },
    { kind: 'unlink', ops: [{ kind: 'unlink', file }] },
    { kind: 'fsync', ops: [{ kind: 'fsync', file }] },
    { kind: 'open', ops: [{ kind: 'open', file }] },
    {
      kind: 'close',
      ops: [
        { kind: 'open', file },
        { kind: 'close', file },
      ],
    },
    { kind: 'mmap', ops: [map] },
    { kind: 'page fault', ops: [map, { kind: 'load', from: AT, to: AT + 1 }] },
    { kind: 'munmap', ops: [map, { kind: 'munmap', from: AT, to: AT + 1 }] },
  ];
}

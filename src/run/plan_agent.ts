/**
 * The device's user: does what a device plan says beside a program that knows nothing of it, and lets go of a file when
 * an operation is blocked and the replay says so.
 *
 * It looks at VMAs and sizes, never at the driver, so that every driver is asked for the same things at the same
 * places. Its calls run in a task of their own.
 */
import { size_in_pages } from '../kernel/fs/inode.ts';
import { COUNTER, VMA } from '../kernel/kernel.ts';
import { first_vma, NO_VMA } from '../kernel/mm/vma.ts';
import { REGION } from '../drivers/system.ts';
import { TASK_USER } from '../machine/task.ts';
import type { DevicePlan } from '../workload/device_plan.ts';
import { BLOCK_REMOVING_KINDS, type Operation } from '../workload/operation.ts';
import type { Session } from './session.ts';
import { inodeOf } from './syscalls.ts';
import { driveUntil } from './timed.ts';

/** Tokens of the agent's transfers: far from those of the workload's operations, the same for every driver. */
const AGENT_TOKEN = 0x10000000;

interface Given {
  readonly region: number;
  readonly mm: number;
  readonly from: number;
  readonly to: number;
  readonly writable: boolean;
}

export class PlanAgent {
  private readonly session: Session;
  private readonly plan: DevicePlan | undefined;
  private released: Given[] = [];
  /** Ranges the driver was refused, by address space and start: not asked for again. */
  private readonly refused = new Set<string>();
  private calls = 0;

  constructor(session: Session) {
    this.session = session;
    this.plan = session.workload.plan;
  }

  /** What the plan does before an operation; gives the time the operation can begin. */
  before(op: Operation, index: number, task: number, now: number): number {
    const { plan, session } = this;
    if (plan === undefined) return now;
    const { clock } = session.system.m;
    clock.advance(session.agentTask, now);
    for (const file of this.filesLosingBlocks(op, task)) {
      this.attachFile(file);
      if (plan.transfer === 'before_removal') this.transferFile(file, index);
    }
    const dropsRange = op.kind === 'munmap' || op.kind === 'mremap';
    if (dropsRange && (plan.hold === 'io' || plan.hold === 'munmap')) {
      this.detachRange(this.mmOf(task), op.from, op.to);
    }
    return Math.max(now, this.calls > 0 ? clock.of(session.agentTask) : now);
  }

  /** Files that an operation can take blocks away from: the one it names, or those mapped where MADV_REMOVE is given. */
  private filesLosingBlocks(op: Operation, task: number): number[] {
    if (!BLOCK_REMOVING_KINDS.has(op.kind)) return [];
    if ('file' in op) return [op.file];
    if (op.kind !== 'madvise_remove') return [];
    const { system, workload } = this.session;
    const mm = this.mmOf(task);
    const mapped = new Set<number>();
    for (let va = op.from; va < op.to;) {
      const vma = first_vma(system, mm, va, op.to, false);
      if (vma === NO_VMA) break;
      mapped.add(system.vmas.get(vma, VMA.inode));
      va = system.vmas.get(vma, VMA.end);
    }
    return workload.files.flatMap((_, file) => (mapped.has(inodeOf(file)) ? [file] : []));
  }

  /** What the plan does after an operation: a new mapping is given to the device. */
  after(op: Operation, _task: number): void {
    if (this.plan !== undefined && op.kind === 'mmap') this.attachFile(op.file);
  }

  /**
   * Makes the driver let go of every region of the files that the task waits for; false when there was none, or when
   * the driver cannot let go without user space either.
   */
  release(task: number): boolean {
    const { system } = this.session;
    const inodes = new Set(system.m.frames(task).map((frame) => frame.frame['inode'] ?? -1));
    const regions = this.attachedRegions().filter((region) =>
      inodes.has(system.regions.get(region, REGION.inode)),
    );
    this.released.push(...regions.map((region) => this.given(region)));
    for (const region of regions) this.call({ kind: 'detach', region }, 0);
    return regions.length > 0 && !this.stuck();
  }

  /** Gives the driver again what {@link release} took, where it is still mapped. */
  giveBack(): void {
    const back = this.released;
    this.released = [];
    for (const given of back) this.attachVmas(given.mm, given.from, given.to, given.writable);
  }

  private mmOf(task: number): number {
    return (this.session.workload.tasks[task] as { mm: number }).mm;
  }

  private attachedRegions(): number[] {
    const { system } = this.session;
    const count = system.counters.get(0, COUNTER.regions);
    return Array.from({ length: count }, (_, region) => region).filter(
      (region) => system.regions.get(region, REGION.used) === 1,
    );
  }

  private given(region: number): Given {
    const { regions } = this.session.system;
    return {
      region,
      mm: regions.get(region, REGION.mm),
      from: regions.get(region, REGION.start),
      to: regions.get(region, REGION.end),
      writable: regions.get(region, REGION.writable) === 1,
    };
  }

  /** Attaches every mapping of a file that the plan wants and that is not attached yet. */
  private attachFile(file: number): void {
    const { system } = this.session;
    for (let vma = 0; vma < system.counters.get(0, COUNTER.vmas); vma++) {
      if (!this.wanted(vma) || system.vmas.get(vma, VMA.inode) !== inodeOf(file)) continue;
      const mm = system.vmas.get(vma, VMA.mm);
      this.attachVmas(mm, system.vmas.get(vma, VMA.start), system.vmas.get(vma, VMA.end), this.writes(vma));
    }
  }

  private wanted(vma: number): boolean {
    const { vmas } = this.session.system;
    if (vmas.get(vma, VMA.used) === 0 || vmas.get(vma, VMA.detached) === 1) return false;
    // The device works for the process that mapped the file, not for the children it forks.
    if (vmas.get(vma, VMA.inherited) === 1) return false;
    return this.plan?.mappings === 'all' || vmas.get(vma, VMA.shared) === 1;
  }

  private writes(vma: number): boolean {
    const access = this.plan?.access ?? 'mapping';
    return access === 'mapping' ? this.session.system.vmas.get(vma, VMA.writable) === 1 : access === 'write';
  }

  /** Attaches what is mapped of [from, to), up to end of file, unless it overlaps what is attached. */
  private attachVmas(mm: number, from: number, to: number, writable: boolean): void {
    const { system } = this.session;
    const vma = firstVma(this.session, mm, from, to);
    if (vma === NO_VMA || this.refused.has(`${mm}:${from}`)) return;
    const start = Math.max(from, system.vmas.get(vma, VMA.start));
    const eof =
      system.vmas.get(vma, VMA.start) +
      size_in_pages(system, system.vmas.get(vma, VMA.inode)) -
      system.vmas.get(vma, VMA.pgoff);
    const end = Math.min(to, system.vmas.get(vma, VMA.end), eof);
    if (start >= end || this.overlaps(mm, start, end)) return;
    const perTransfer = this.plan?.hold === 'io';
    const survivesExit = this.plan?.hold === 'never';
    const region = this.freeRegion();
    const ret = this.call(
      { kind: 'attach', region, from: start, to: end, writable, perTransfer, survivesExit },
      mm,
    );
    if (ret < 0) this.refused.add(`${mm}:${from}`);
  }

  private overlaps(mm: number, from: number, to: number): boolean {
    return this.attachedRegions()
      .map((region) => this.given(region))
      .some((given) => given.mm === mm && given.from < to && given.to > from);
  }

  private freeRegion(): number {
    const { system } = this.session;
    let region = 0;
    while (system.regions.get(region, REGION.used) === 1) region++;
    return region;
  }

  /** Starts a transfer on every region of the file: its first pages that lie within the file. */
  private transferFile(file: number, index: number): void {
    const { system } = this.session;
    const pages = this.plan?.transferPages ?? 0;
    for (const region of this.attachedRegions()) {
      if (system.regions.get(region, REGION.inode) !== inodeOf(file)) continue;
      const { from, to, writable, mm } = this.given(region);
      const eof = from + size_in_pages(system, inodeOf(file)) - system.regions.get(region, REGION.pgoff);
      const end = Math.min(from + pages, to, eof);
      if (end <= from) continue;
      this.call(
        { kind: writable ? 'dma_write' : 'dma_read', region, from, to: end, fence: false },
        mm,
        AGENT_TOKEN + index,
      );
    }
  }

  private detachRange(mm: number, from: number, to: number): void {
    for (const region of this.attachedRegions()) {
      const given = this.given(region);
      if (given.mm === mm && given.from < to && given.to > from) this.call({ kind: 'detach', region }, mm);
    }
  }

  /** A call of the device's user sleeps: for a fence that only the program signals, for example. */
  private stuck(): boolean {
    return this.session.system.m.state(this.session.agentTask) !== TASK_USER;
  }

  /** Runs one call of the agent to its end; does nothing while an earlier one sleeps. */
  private call(op: Operation, mm: number, token = AGENT_TOKEN): number {
    const { session } = this;
    if (this.stuck()) return 0;
    const number = session.workload.ops.length + this.calls++;
    session.startOp(session.agentTask, number, op, mm, token);
    driveUntil(session, () => session.outcomes[number]?.endTime !== -1);
    return session.outcomes[number]?.ret ?? 0;
  }
}

/** The first VMA of `mm` that the range touches. */
function firstVma(session: Session, mm: number, from: number, to: number): number {
  const { system } = session;
  for (let vma = 0; vma < system.counters.get(0, COUNTER.vmas); vma++) {
    const live = system.vmas.get(vma, VMA.used) === 1 && system.vmas.get(vma, VMA.detached) === 0;
    if (!live || system.vmas.get(vma, VMA.mm) !== mm) continue;
    if (system.vmas.get(vma, VMA.start) < to && system.vmas.get(vma, VMA.end) > from) return vma;
  }
  return NO_VMA;
}

/**
 * States that differ in nothing that any step can see become one state: counters that only go up are written down again.
 *
 * Without this a device that faults, is invalidated and faults again would go through new states for ever. Each rewriting is a
 * bisimulation: whatever can be done before it can be done after it, with the same events, and leads to states that the
 * rewriting makes equal again. It changes the state through the store, so that undo takes it back.
 *
 * Left as they are, since they are bounded: VMA rows (reused), waiting ranks, contents (made from operation numbers, which a
 * loop uses again), blocks (taken lowest first).
 */
import { BLOCK_FREE, BLOCK_FREED } from '../kernel/fs/extent.ts';
import { COUNTER, type Kernel, MM, SUB } from '../kernel/kernel.ts';
import { get_user_pages_fast, pin_user_pages_fast } from '../kernel/mm/gup.ts';
import { list_notifier } from '../drivers/list_notifier.ts';
import { PER_MM, REGION, type System } from '../drivers/system.ts';
import type { CompiledPath } from '../machine/code.ts';
import type { Table } from '../machine/store.ts';

/** Where the sequence of an address space is written down, and the sort of copies that are taken of it. */
type Sequence = 'interval' | 'write_protect' | 'per_mm';

/** Sequences are counted up to here, an even number, or one more if they are odd. */
const TOP = 64;

/** Copies older than the first are told apart by rank; no state holds so many different ones. */
const RANKS_MAX = TOP - 2;

/** Which table a copy of a sequence is in. */
const IN_SUBSCRIPTION = 0;
const IN_STACK = 1;

export class Canonical {
  private readonly k: System;
  private readonly addressSpaces: number;
  private readonly reading: <T>(read: () => T) => T;
  /** By path: column of its local `seq` among its locals, or -1; which sequence that is a copy of; column of `mm` or `region`. */
  private readonly seqColumn: number[] = [];
  private readonly seqOf: Sequence[] = [];
  private readonly mmColumn: number[] = [];
  private readonly regionColumn: number[] = [];
  /** The copies of the sequence that is being looked at: which table, row, column. */
  private readonly copies: number[] = [];
  /** How much of `copies` is in use. */
  private used = 0;
  private readonly older: number[] = [];
  private wanted: Sequence = 'interval';
  private mm = 0;
  private task = 0;

  /** `reading` is how it reads what a value that is still needed hangs on: who records uses records that one. */
  constructor(k: System, addressSpaces: number, reading: <T>(read: () => T) => T = (read) => read()) {
    this.k = k;
    this.addressSpaces = addressSpaces;
    this.reading = reading;
  }

  /** Rewrites the state after a step. */
  apply(): void {
    const { mms, per_mm, driver } = this.k;
    this.pins();
    for (let mm = 0; mm < this.addressSpaces; mm++) {
      this.sequence(mms, mm, MM.invalidate_seq, 'interval');
      this.sequence(mms, mm, MM.write_protect_seq, 'write_protect');
      if (driver.notifier_ops !== undefined) this.sequence(per_mm, mm, PER_MM.seq, 'per_mm');
    }
  }

  /** What free and freed blocks hold becomes `content`, one value for all: whoever gets such a block writes it first. */
  forgetFreed(content: number): void {
    const { block_state, data, options } = this.k;
    for (let pfn = 1; pfn <= options.blocks; pfn++) {
      const state = block_state.get(0, pfn);
      if (state === BLOCK_FREE || state === BLOCK_FREED) data.setRange(0, pfn, pfn + 1, content);
    }
  }

  /** Only how many pins are held is ever asked: the difference of taken and released (page.ts, pins_held()). */
  private pins(): void {
    const { counters } = this.k;
    const released = counters.get(0, COUNTER.pins_released);
    if (released === 0) return;
    counters.set(0, COUNTER.pins_acquired, counters.get(0, COUNTER.pins_acquired) - released);
    counters.set(0, COUNTER.pins_released, 0);
  }

  /**
   * A sequence is compared with copies of it for equality, its own parity is asked, and it goes up by one. Copies are never above
   * it, so that a later value is a new one to all of them. Hence only its parity and which copies are equal matter: it is set to
   * TOP or TOP + 1, and copies follow below in their order without gaps. A sequence that has never moved is 0 and is left alone, and so
   * is a copy of that: it differs from every later value.
   *
   * mmu_interval_notifier_insert() writes a value one below the sequence, which some old copy may happen to equal. A copy of another
   * subscription is never compared with it; of its own there is none before it is inserted (K114).
   */
  private sequence(table: Table, mm: number, column: number, wanted: Sequence): void {
    const now = table.get(mm, column);
    if (now === 0) return;
    this.findCopies(mm, wanted);
    const { older } = this;
    if (older.length > 0) older.length = 0;
    for (let at = 0; at < this.used; at += 3) {
      const value = this.read(at);
      if (value !== now && !older.includes(value)) older.push(value);
    }
    if (older.length > RANKS_MAX)
      throw new RangeError(`more than ${RANKS_MAX} different sequence numbers are held`);
    if (older.length > 1) older.sort((a, b) => b - a);
    const top = TOP + (now % 2);
    for (let at = 0; at < this.used; at += 3) {
      const value = this.read(at);
      this.write(at, value === now ? top : top - 1 - older.indexOf(value));
    }
    table.set(mm, column, top);
  }

  /** Notes every copy of this sequence of the address space. */
  private findCopies(mm: number, wanted: Sequence): void {
    const { k } = this;
    this.used = 0;
    this.wanted = wanted;
    this.mm = mm;
    if (wanted === 'interval') {
      const count = k.counters.get(0, COUNTER.regions);
      for (let region = 0; region < count; region++) {
        if (k.subs.get(region, SUB.mm) === mm) this.note(IN_SUBSCRIPTION, region, SUB.invalidate_seq);
      }
    }
    for (let task = 0; task < k.m.count; task++) {
      this.task = task;
      k.m.visitFrames(task, this.noteFrame);
    }
  }

  private readonly noteFrame = (path: CompiledPath<Kernel>, firstLocal: number): void => {
    const { index } = path;
    if (this.seqColumn[index] === undefined) this.learn(path);
    const seq = this.seqColumn[index] as number;
    if (seq < 0 || this.seqOf[index] !== this.wanted) return;
    if (this.k.m.stack.get(this.task, firstLocal + seq) === 0) return;
    if (this.spaceOf(index, firstLocal) === this.mm) this.note(IN_STACK, this.task, firstLocal + seq);
  };

  private note(table: number, row: number, column: number): void {
    this.copies[this.used] = table;
    this.copies[this.used + 1] = row;
    this.copies[this.used + 2] = column;
    if (this.read(this.used) !== 0) this.used += 3;
  }

  /** Which locals of the path matter: a copy of a sequence is the one called so in the kernel's and the drivers' files. */
  private learn({ index, name, path }: CompiledPath<Kernel>): void {
    this.seqOf[index] = sequenceOf(name);
    this.seqColumn[index] = path.locals.indexOf('seq');
    this.mmColumn[index] = path.locals.indexOf('mm');
    this.regionColumn[index] = path.locals.indexOf('region');
  }

  /** The address space that a frame works on: it has it or its region among its locals. */
  private spaceOf(path: number, firstLocal: number): number {
    const { regions, m } = this.k;
    const mm = this.mmColumn[path] as number;
    const local = (column: number): number => this.reading(() => m.stack.get(this.task, firstLocal + column));
    if (mm >= 0) return local(mm);
    return regions.get(local(this.regionColumn[path] as number), REGION.mm);
  }

  private tableOf(at: number): Table {
    return this.copies[at] === IN_STACK ? this.k.m.stack : this.k.subs;
  }

  private read(at: number): number {
    return this.tableOf(at).get(this.copies[at + 1] as number, this.copies[at + 2] as number);
  }

  private write(at: number, value: number): void {
    this.tableOf(at).set(this.copies[at + 1] as number, this.copies[at + 2] as number, value);
  }
}

const LOOKUPS: readonly string[] = [pin_user_pages_fast.name, get_user_pages_fast.name];

function sequenceOf(path: string): Sequence {
  if (LOOKUPS.includes(path)) return 'write_protect';
  return path === list_notifier.device_fault.name ? 'per_mm' : 'interval';
}

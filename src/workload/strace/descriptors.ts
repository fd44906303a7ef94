/**
 * Descriptor tables: numbers to open file descriptions, per process or shared between them (CLONE_FILES).
 */
import type { FileObject, OpenFile } from './file_object.ts';

interface Slot {
  readonly open: OpenFile;
  closeOnExec: boolean;
}

/** A description as one table knows it. */
interface Held {
  /** Descriptors of this table that refer to it. */
  descriptors: number;
  /** The workload's operations have opened it for this table's process, so they must close it. */
  modelled: boolean;
}

/** Called for each description whose last descriptor in the table goes away. */
export type Released = (open: OpenFile, modelled: boolean) => void;

export class DescriptorTable {
  /** Threads that use it. */
  users = 0;
  readonly #slots = new Map<number, Slot>();
  readonly #held = new Map<OpenFile, Held>();

  get(fd: number): OpenFile | undefined {
    return this.#slots.get(fd)?.open;
  }

  /** Makes `fd` refer to `open`; what it referred to before is closed first, as dup2(2) does. */
  set(fd: number, open: OpenFile, closeOnExec: boolean, released: Released): void {
    const held = this.#held.get(open);
    if (held === undefined) {
      this.#held.set(open, { descriptors: 1, modelled: false });
      open.file.holders++;
    } else held.descriptors++;
    this.remove(fd, released);
    this.#slots.set(fd, { open, closeOnExec });
  }

  /** An operation of the workload has opened it for this table's process. */
  markModelled(open: OpenFile): void {
    const held = this.#held.get(open);
    if (held !== undefined) held.modelled = true;
  }

  setCloseOnExec(fd: number, closeOnExec: boolean): void {
    const slot = this.#slots.get(fd);
    if (slot !== undefined) slot.closeOnExec = closeOnExec;
  }

  remove(fd: number, released: Released): void {
    const slot = this.#slots.get(fd);
    if (slot === undefined) return;
    this.#slots.delete(fd);
    const held = this.#held.get(slot.open) as Held;
    held.descriptors--;
    if (held.descriptors > 0) return;
    this.#held.delete(slot.open);
    slot.open.file.holders--;
    released(slot.open, held.modelled);
  }

  /** Descriptors in the range, for close_range(2); `last` is inclusive. */
  within(first: number, last: number): number[] {
    return [...this.#slots.keys()].filter((fd) => fd >= first && fd <= last);
  }

  /** Data files that are open, and whether the workload's operations have opened them. */
  dataFiles(): { readonly open: OpenFile; readonly modelled: boolean }[] {
    const found = [...this.#held].filter(([open]) => open.file.isModelled);
    return found.map(([open, { modelled }]) => ({ open, modelled }));
  }

  /**
   * fork(2), or unshare(CLONE_FILES): the same descriptions behind a table of its own. `modelled` says whether the
   * workload has an operation that copies the open files as well.
   */
  copy(modelled: boolean): DescriptorTable {
    const table = new DescriptorTable();
    for (const [fd, slot] of this.#slots) table.#slots.set(fd, { ...slot });
    for (const [open, held] of this.#held) {
      table.#held.set(open, { ...held, modelled: modelled && held.modelled });
      open.file.holders++;
    }
    return table;
  }

  /** execve(2) closes what is marked so. */
  closeOnExec(released: Released): void {
    for (const [fd, slot] of [...this.#slots]) {
      if (slot.closeOnExec) this.remove(fd, released);
    }
  }

  /** One user goes; the last one closes everything. */
  leave(released: Released): void {
    this.users--;
    if (this.users > 0) return;
    for (const fd of [...this.#slots.keys()]) this.remove(fd, released);
  }
}

/** The files behind descriptions. */
export function filesOf(held: readonly { readonly open: OpenFile }[]): FileObject[] {
  return held.map(({ open }) => open.file);
}

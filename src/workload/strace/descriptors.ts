/**
 * Descriptor tables: numbers to open file descriptions, per process or shared between them (CLONE_FILES).
 */
import type { OpenFile } from './file_object.ts';

interface Slot {
  readonly open: OpenFile;
  closeOnExec: boolean;
}

/** Called for each description whose last descriptor goes away. */
export type Released = (open: OpenFile) => void;

export class DescriptorTable {
  /** Threads that use it. */
  users = 0;
  readonly #slots = new Map<number, Slot>();

  get(fd: number): OpenFile | undefined {
    return this.#slots.get(fd)?.open;
  }

  /** Makes `fd` refer to `open`; what it referred to before is closed first, as dup2(2) does. */
  set(fd: number, open: OpenFile, closeOnExec: boolean, released: Released): void {
    open.descriptors++;
    this.remove(fd, released);
    this.#slots.set(fd, { open, closeOnExec });
  }

  setCloseOnExec(fd: number, closeOnExec: boolean): void {
    const slot = this.#slots.get(fd);
    if (slot !== undefined) slot.closeOnExec = closeOnExec;
  }

  remove(fd: number, released: Released): void {
    const slot = this.#slots.get(fd);
    if (slot === undefined) return;
    this.#slots.delete(fd);
    slot.open.descriptors--;
    if (slot.open.descriptors === 0) released(slot.open);
  }

  /** Descriptors in the range, for close_range(2); `last` is inclusive. */
  within(first: number, last: number): number[] {
    return [...this.#slots.keys()].filter((fd) => fd >= first && fd <= last);
  }

  /** fork(2), or unshare(CLONE_FILES): the same descriptions behind a table of its own. */
  copy(): DescriptorTable {
    const table = new DescriptorTable();
    for (const [fd, slot] of this.#slots) {
      slot.open.descriptors++;
      table.#slots.set(fd, { ...slot });
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

/**
 * Address spaces and the file mappings in them. Anonymous memory is not kept: it matters only where it replaces
 * file mappings. Addresses are page numbers, `to` is exclusive.
 */
import type { FileObject } from './file_object.ts';

export interface Mapping {
  readonly mm: AddressSpace;
  readonly from: number;
  readonly to: number;
  readonly file: FileObject;
  /** Path in the descriptor note of the mmap call, for counts that tell files apart by path. */
  readonly path: string;
  /** Page of the file that `from` shows. */
  readonly pgoff: number;
  readonly shared: boolean;
  readonly writable: boolean;
  /** MADV_DONTFORK: a child does not get it. */
  readonly dontFork: boolean;
  /** Line on which it came to be: a munmap that began earlier cannot have meant it. */
  readonly line: number;
}

/** Page of the file behind the mapping's last one. */
export function endPage(mapping: Mapping): number {
  return mapping.pgoff + (mapping.to - mapping.from);
}

/** Live mappings by the path they were made through. */
export type PathCounts = Map<string, number>;

/**
 * Where mmap calls that failed are put: they have no address in the log, but a model may judge them. No Linux
 * process has anything at 64 TiB, far from the program below and the libraries above.
 */
const FAILED_MMAP_PAGE = 2 ** 34;

export class AddressSpace {
  readonly id: number;
  /** Threads in it. */
  users = 0;
  /** In order of address; they never overlap. */
  #mappings: Mapping[] = [];
  readonly #paths: PathCounts;
  #nextFailed = FAILED_MMAP_PAGE;

  constructor(id: number, paths: PathCounts) {
    this.id = id;
    this.#paths = paths;
  }

  /** Mappings that share a page with [from, to). */
  within(from: number, to: number): Mapping[] {
    const found: Mapping[] = [];
    for (let i = this.#firstEndingAfter(from); i < this.#mappings.length; i++) {
      const mapping = this.#mappings[i] as Mapping;
      if (mapping.from >= to) break;
      found.push(mapping);
    }
    return found;
  }

  /** The data files that it maps. */
  dataFiles(): FileObject[] {
    const files = this.#mappings.map((mapping) => mapping.file).filter((file) => file.isModelled);
    return [...new Set(files)];
  }

  /** An address for a mapping that the log's kernel refused; never the same twice. */
  addressForFailed(pages: number): number {
    const from = this.#nextFailed;
    this.#nextFailed += pages;
    return from;
  }

  /** Adds a mapping; the caller has taken away what was there. */
  add(mapping: Mapping): void {
    this.#mappings.splice(this.#firstEndingAfter(mapping.from), 0, mapping);
    this.#enter(mapping);
  }

  /**
   * Takes [from, to) away from the mappings that were there before line `before`. Gives back the parts taken
   * away, clipped to the range.
   */
  remove(from: number, to: number, before: number): Mapping[] {
    const taken: Mapping[] = [];
    for (const mapping of this.within(from, to)) {
      if (mapping.line >= before) continue;
      this.#drop(mapping);
      if (mapping.from < from) this.add(part(mapping, mapping.from, from));
      if (mapping.to > to) this.add(part(mapping, to, mapping.to));
      taken.push(part(mapping, Math.max(mapping.from, from), Math.min(mapping.to, to)));
    }
    return taken;
  }

  /** Gives the parts of mappings in [from, to) other properties; gives the parts back as they are then. */
  change(from: number, to: number, what: Partial<Pick<Mapping, 'writable' | 'dontFork'>>): Mapping[] {
    const changed = this.remove(from, to, Number.POSITIVE_INFINITY).map((old) => ({ ...old, ...what }));
    for (const mapping of changed) this.add(mapping);
    return changed;
  }

  /** The mappings of that kind that show page `page` of their file. */
  showing(page: number, isMeant: (mapping: Mapping) => boolean): Mapping[] {
    return this.#mappings.filter(
      (mapping) => mapping.pgoff <= page && page < endPage(mapping) && isMeant(mapping),
    );
  }

  /** fork(2). */
  copyTo(child: AddressSpace): void {
    for (const mapping of this.#mappings) if (!mapping.dontFork) child.add({ ...mapping, mm: child });
  }

  /** The last thread has left. */
  removeAll(): void {
    for (const mapping of this.#mappings) this.#leave(mapping);
    this.#mappings = [];
  }

  /** Index of the first mapping that ends above the address. */
  #firstEndingAfter(address: number): number {
    let low = 0;
    let high = this.#mappings.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#mappings[middle] as Mapping).to <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #drop(mapping: Mapping): void {
    this.#mappings.splice(this.#firstEndingAfter(mapping.from), 1);
    this.#leave(mapping);
  }

  #enter(mapping: Mapping): void {
    mapping.file.mappings.add(mapping);
    this.#paths.set(mapping.path, (this.#paths.get(mapping.path) ?? 0) + 1);
  }

  #leave(mapping: Mapping): void {
    mapping.file.mappings.delete(mapping);
    this.#paths.set(mapping.path, (this.#paths.get(mapping.path) ?? 0) - 1);
  }
}

/** The part [from, to) of a mapping. */
function part(mapping: Mapping, from: number, to: number): Mapping {
  return { ...mapping, from, to, pgoff: mapping.pgoff + (from - mapping.from) };
}

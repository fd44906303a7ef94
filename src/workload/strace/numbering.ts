/** Numbers for things, in the order in which they are first asked for. */
export class Numbering<T> {
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

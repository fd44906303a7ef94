/**
 * Paths, and the file objects they name at this point of the log.
 */
import { FileObject, isDataPath } from './file_object.ts';
import type { Created } from './file_size.ts';

/**
 * `path` as seen from directory `base`, with `.`, `..` and double slashes taken out by their letters. A relative
 * path stays relative if the directory is unknown (logs without `-y`).
 */
export function joinPath(base: string | undefined, path: string): string {
  const absolute = path.startsWith('/') || base === undefined ? path : `${base}/${path}`;
  if (!/\/(?:\.{0,2}\/|\.{0,2}$)|^\.{1,2}(?:\/|$)/.test(absolute)) return absolute;
  const parts: string[] = [];
  for (const part of absolute.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !absolute.startsWith('/')) parts.push(part);
  }
  return (absolute.startsWith('/') ? '/' : '') + parts.join('/');
}

export class Namespace {
  readonly dataPrefix: string;
  readonly #names = new Map<string, FileObject>();
  /** Nameless files, known only by the path that descriptors from before the log print. */
  readonly #deleted = new Map<string, FileObject>();

  constructor(dataPrefix: string) {
    this.dataPrefix = dataPrefix;
  }

  find(path: string): FileObject | undefined {
    return this.#names.get(path);
  }

  /** The file of that name; a new one if the log has not shown the name yet. */
  findOrAdd(path: string, created: Created): FileObject {
    const found = this.#names.get(path);
    if (found !== undefined) return found;
    const file = this.nameless(path, created);
    this.link(path, file);
    return file;
  }

  /** The unlinked file that a descriptor of unknown origin shows under `path`. */
  findDeleted(path: string): FileObject {
    const found = this.#deleted.get(path);
    if (found !== undefined) return found;
    const file = this.nameless(path, 'no');
    this.#deleted.set(path, file);
    return file;
  }

  /** A file that no path leads to: O_TMPFILE, memfd, pipes. */
  nameless(path: string, created: Created): FileObject {
    return new FileObject(path, isDataPath(path, this.dataPrefix), created);
  }

  link(path: string, file: FileObject): void {
    this.unlink(path);
    this.#names.set(path, file);
    file.links++;
  }

  /** Takes the name away; gives back the file it named. */
  unlink(path: string): FileObject | undefined {
    const file = this.#names.get(path);
    if (file === undefined) return undefined;
    this.#names.delete(path);
    file.links--;
    return file;
  }

  /** rename(2): gives back the file whose name was replaced, if the log knows it. */
  rename(from: string, to: string): FileObject | undefined {
    const file = this.#names.get(from);
    // Two names of one file: rename(2) does nothing.
    if (file !== undefined && file === this.#names.get(to)) return undefined;
    const replaced = this.unlink(to);
    if (file !== undefined) {
      this.unlink(from);
      this.link(to, file);
    }
    // A directory is known by the names below it, and by its own if the log asked for its type.
    if (file?.regular !== true) this.#renameBelow(from, to);
    return replaced;
  }

  /** RENAME_EXCHANGE of two files or directories. */
  exchange(a: string, b: string): void {
    const first = this.#take(a);
    const second = this.#take(b);
    for (const [rest, file] of second) this.link(a + rest, file);
    for (const [rest, file] of first) this.link(b + rest, file);
  }

  #renameBelow(from: string, to: string): void {
    for (const [rest, file] of this.#take(`${from}/`)) this.link(`${to}/${rest}`, file);
  }

  /** Takes away a name and all below it: what follows `path` in each, and the files. */
  #take(path: string): (readonly [string, FileObject])[] {
    const below = path.endsWith('/') ? path : `${path}/`;
    const names = [...this.#names].filter(([name]) => name === path || name.startsWith(below));
    for (const [name] of names) this.unlink(name);
    return names.map(([name, file]) => [name.slice(path.length), file]);
  }

  /** Something was looked up below `path`, or it became a current directory. */
  markDirectory(path: string): void {
    const file = this.#names.get(path);
    if (file !== undefined) file.regular = false;
  }
}

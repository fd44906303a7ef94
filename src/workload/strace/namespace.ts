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

/** Nameless files that are kept in mind before those that are gone are looked for. */
const DELETED_MIN = 1000;

export class Namespace {
  readonly dataPrefix: string;
  readonly #names = new Map<string, FileObject>();
  /** Files without a name, by the path that descriptors print for them. */
  readonly #deleted = new Map<string, FileObject[]>();

  #pruneAt = DELETED_MIN;
  readonly #learned = new Map<number, string | undefined>();
  readonly #known: ReadonlyMap<number, string>;

  /** `known`: paths of opens that do not print theirs, by the line of the call, as an earlier reading learned them. */
  constructor(dataPrefix: string, known: ReadonlyMap<number, string> = new Map()) {
    this.dataPrefix = dataPrefix;
    this.#known = known;
  }

  /** The file behind an open that does not print its path. */
  opened(line: number, created: Created): FileObject {
    return new FileObject(`opened on line ${line}`, false, created, line);
  }

  /** The path of the open on that line, if an earlier reading learned it. */
  knownPath(line: number): string | undefined {
    return this.#known.get(line);
  }

  /** Something later names the file. Two different names are believed neither. */
  learn(file: FileObject, path: string): void {
    if (file.openedOn === undefined) return;
    const before = this.#learned.get(file.openedOn);
    const agrees = before === path || !this.#learned.has(file.openedOn);
    this.#learned.set(file.openedOn, agrees ? path : undefined);
  }

  /** What this reading learned, for the next. */
  learned(): ReadonlyMap<number, string> {
    const certain = new Map<number, string>();
    for (const [line, path] of this.#learned) if (path !== undefined) certain.set(line, path);
    return certain;
  }

  find(path: string): FileObject | undefined {
    return this.#names.get(path);
  }

  /** The file of that name; a new one if the log has not shown the name yet. */
  findOrAdd(path: string, created: Created): FileObject {
    const found = this.#names.get(path);
    if (found !== undefined) return found;
    const file = new FileObject(path, isDataPath(path, this.dataPrefix), created);
    this.link(path, file);
    return file;
  }

  /**
   * The file without a name that a descriptor of unknown origin shows under `path`: the one that has lost this name, or
   * never had one, and is still open or mapped; another one if none or several can be meant.
   */
  findDeleted(path: string): FileObject {
    const [only, ...others] = (this.#deleted.get(path) ?? []).filter(
      (file) => file.links === 0 && file.isHeld,
    );
    if (only !== undefined && others.length === 0) return only;
    return this.nameless(path, 'no');
  }

  /** Keeps a file findable by the path of a name that it no longer has; those that are gone are forgotten. */
  #remember(path: string, file: FileObject): void {
    const held = (this.#deleted.get(path) ?? []).filter((other) => other !== file && other.isHeld);
    this.#deleted.set(path, [...held, file]);
    if (this.#deleted.size < this.#pruneAt) return;
    for (const [each, files] of this.#deleted)
      if (!files.some((other) => other.isHeld)) this.#deleted.delete(each);
    this.#pruneAt = Math.max(DELETED_MIN, 2 * this.#deleted.size);
  }

  /** A file that no path leads to: O_TMPFILE, memfd, pipes. */
  nameless(path: string, created: Created): FileObject {
    const file = new FileObject(path, isDataPath(path, this.dataPrefix), created);
    if (file.hasPath) this.#remember(path, file);
    return file;
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
    if (file.links === 0 && file.isHeld) this.#remember(path, file);
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

/**
 * Files as opened objects, and open file descriptions.
 *
 * A path is not an identity: files are renamed, replaced and unlinked while they are open or mapped. A
 * FileObject is what the kernel calls an inode; an OpenFile is what it calls a struct file.
 */
import type { Mapping } from './address_space.ts';
import { FileSize } from './file_size.ts';
import type { Created } from './file_size.ts';

export class FileObject {
  /** First path it was seen under, as `-y` prints it. */
  readonly path: string;
  /** Its blocks are part of the workload. */
  readonly isData: boolean;
  readonly size: FileSize;
  /** Live mappings in all address spaces. */
  readonly mappings = new Set<Mapping>();
  /** Names in the file system that the log has shown. */
  links = 0;
  /** False for pipes, sockets and anonymous inodes, which print as `pipe:[1]`. */
  readonly hasPath: boolean;
  /** Descriptor tables that have it open, once for each description. */
  holders = 0;
  /** Some process had it open during the log. */
  opened = false;
  /** Line of the open whose path the log does not print; undefined for all files that have a path. */
  readonly openedOn: number | undefined;
  /** Mapped by the dynamic loader, which alone asks for MAP_DENYWRITE. */
  isProgram = false;
  /** False for directories and devices too: nothing that a DAX file system stores in file pages. */
  regular: boolean;

  constructor(path: string, isData: boolean, created: Created, openedOn?: number) {
    this.path = path;
    this.openedOn = openedOn;
    this.isData = isData;
    this.size = new FileSize(created);
    this.hasPath = !/^[\w-]+:\[/.test(path);
    this.regular = this.hasPath;
  }

  /** It is open or mapped: it lives on without a name. */
  get isHeld(): boolean {
    return this.holders > 0 || this.mappings.size > 0;
  }

  /** A regular data file: one that can become a file of the workload. */
  get isModelled(): boolean {
    return this.isData && this.regular;
  }
}

/** An open file description: shared by dup'ed and inherited descriptors. */
export class OpenFile {
  readonly file: FileObject;
  /** File offset; undefined if the log does not tell (a descriptor from before the log). */
  position: bigint | undefined;
  append: boolean;

  constructor(file: FileObject, position: bigint | undefined, append: boolean) {
    this.file = file;
    this.position = position;
    this.append = append;
  }
}

export const DEFAULT_DATA_PREFIX = '/mnt/data/';

/** Files that live in memory, and that programs map as they map files on disk. */
const MEMORY_PREFIXES = ['/dev/shm/', '/memfd:'];

/** True for a path of a file whose blocks the user asks about. */
export function isDataPath(path: string, dataPrefix: string): boolean {
  return path.startsWith(dataPrefix) || MEMORY_PREFIXES.some((prefix) => path.startsWith(prefix));
}

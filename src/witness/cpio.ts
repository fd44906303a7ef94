/** The archive format of an initramfs: "newc" cpio, as in the kernel's buffer-format.rst. */

export interface CpioEntry {
  /** Path in the guest without a leading slash. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Executable files get mode 0755, others 0644. */
  readonly executable: boolean;
}

const FILE = 0o100000;
const FOLDER = 0o040000;
const TRAILER = 'TRAILER!!!';

/** One archive with the entries and every folder above them. Archives can be strung together. */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const pieces: Buffer[] = [];
  let inode = 1;
  for (const folder of foldersOf(entries)) {
    pieces.push(record(folder, FOLDER | 0o755, inode++, new Uint8Array(0)));
  }
  for (const { path, content, executable } of entries) {
    pieces.push(record(path, FILE | (executable ? 0o755 : 0o644), inode++, content));
  }
  pieces.push(record(TRAILER, 0, 0, new Uint8Array(0)));
  return Buffer.concat(pieces);
}

function foldersOf(entries: readonly CpioEntry[]): string[] {
  const folders = new Set<string>();
  for (const { path } of entries) {
    const parts = path.split('/').slice(0, -1);
    for (let count = 1; count <= parts.length; count++) folders.add(parts.slice(0, count).join('/'));
  }
  // A folder sorts before what is in it.
  return [...folders].sort();
}

function record(name: string, mode: number, inode: number, content: Uint8Array): Buffer {
  const nameBytes = Buffer.from(`${name}\0`);
  // ino, mode, uid, gid, nlink, mtime, filesize, devmajor, devminor, rdevmajor, rdevminor, namesize, check
  const numbers = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, nameBytes.length, 0];
  const head = `070701${numbers.map((number) => number.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([padded(Buffer.concat([Buffer.from(head), nameBytes])), padded(content)]);
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

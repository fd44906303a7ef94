/** Where everything is in a cell: pages of the file, of memory, and numbers of files and tasks. As in procedure.md. */

const FILE_PAGES = 16;
/** Pages that are looked for in the file at the end: no operation makes it longer. */
const READ_PAGES_MAX = 32;

export const LAYOUT = {
  pages: FILE_PAGES,
  readPages: READ_PAGES_MAX,
  /** Pages of the file that the driver is attached to, `deviceTo` exclusive. */
  deviceFrom: 4,
  deviceTo: 12,
  /** Addresses in pages: aligned to 2 MiB and far apart. */
  map: 0x200000000,
  movedMap: 0x300000000,
  /** Tasks: who has the file mapped, the actor, the child of a fork, who sends signals. */
  owner: 0,
  actor: 1,
  child: 2,
  supervisor: 3,
  /** Files. Inode numbers follow the order of the list: a reflink's target stands before or after its source. */
  file: 1,
  target: (source: 'above' | 'below'): number => (source === 'above' ? 0 : 2),
} as const;

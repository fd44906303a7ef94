/** Where everything is when the side effects of a wait are looked at. As in `src/witness/side_effects.md`. */

export const LAYOUT = {
  /** Pages of the file with content, and with the hole behind them. */
  filledPages: 16,
  pages: 20,
  /** Pages that the driver is attached to, `deviceTo` exclusive. */
  deviceFrom: 4,
  deviceTo: 12,
  /** Pages that calls go to: in the driver's range, present outside of it, never written. */
  pinnedPage: 4,
  presentPage: 12,
  holePage: 17,
  /** Addresses in pages, aligned to 2 MiB and far apart. */
  map: 0x200000000,
  newMap: 0x300000000,
  /** Tasks, each a process of its own. */
  holder: 0,
  waiter: 1,
  first: 2,
  bystander: 3,
  /** Files, in the order in which the holder makes them: inode numbers follow it. */
  elsewhere: 0,
  neighbour: 1,
  clone: 2,
  file: 3,
  /** A name that nobody has made. */
  fresh: 4,
} as const;

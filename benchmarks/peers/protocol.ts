/**
 * A small protocol for two implementations of the same exhaustive search: one file of two pages on a DAX filesystem, a
 * device that mirrors its mapping, a user that pins pages for a while, and a task that cuts the file twice.
 *
 * Both implementations have the same atomic steps and the same locals, so that they must find the same number of
 * states. A truncate unmaps, waits until no page is pinned, and frees; blocks freed under a pin or under a device
 * mapping are counted as damage, and there must be none.
 */

export const PAGES = 2;

export type ProtocolOp =
  /** Cut the file to `size` pages. */
  | { readonly kind: 'truncate'; readonly size: number }
  /** The device reads a page, faulting it in through its mirror. */
  | { readonly kind: 'access'; readonly page: number }
  /** Take a reference to a page, keep it for a step and drop it. */
  | { readonly kind: 'pin'; readonly page: number };

/** What each task does, in order. */
export const PROGRAMS: readonly (readonly ProtocolOp[])[] = [
  [
    { kind: 'truncate', size: 1 },
    { kind: 'truncate', size: 0 },
  ],
  [
    { kind: 'access', page: 1 },
    { kind: 'access', page: 0 },
  ],
  [
    { kind: 'pin', page: 1 },
    { kind: 'pin', page: 0 },
  ],
];

/** What a page's access beyond the end of the file returns. */
export const EFAULT = 14;

/** What an exhaustive search has found. */
export interface SearchCounts {
  /** Distinct states, the first one among them. */
  readonly states: number;
  /** Steps taken from them, to states new or known. */
  readonly transitions: number;
  /** Distinct states in which a block was freed while it was in use. */
  readonly damaged: number;
}

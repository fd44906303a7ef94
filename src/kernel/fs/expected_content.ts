/**
 * Ghost: what each page of each file should hold by the operations alone. Nobody but this file (and the setting up of a
 * run) writes `shadow`; only invariants read it.
 *
 * What an operation does to the content of a file follows from its arguments, which are noted when it begins, and from the
 * size that the file had before it. Code that does a piece of the work says only that this piece happens now
 * (content_changes): never which pages, nor what they hold then. So the moment is the model's, since a CPU or a device can
 * look at any time, and the outcome is not. What the work has left out by the time the call lets go of i_rwsem
 * (content_settles) is expected all the same.
 *
 * ext4 and XFS differ in what they zero beyond the end of a file, and in the order of pieces; never in what a reader sees.
 */
import { visitRuns } from '../../machine/store.ts';
import { INODE, type Kernel } from '../kernel.ts';
import { has_bad_block } from './bad_blocks.ts';
import { BLOCK_FREE, EXT_PFN, is_shared } from './block_owner.ts';
import { CONTENT } from './content_columns.ts';
import { mix_content } from './mix_content.ts';

/** Pieces of the work that can be told apart. */
export const CONTENT_PIECE = {
  /** bytes between the old end of file and where the file goes on, as it grows */
  old_tail: 1,
  /** bytes of the new last page beyond the new end, as it shrinks */
  new_tail: 2,
  /** whole pages beyond the new end */
  beyond: 4,
  /** whole pages of the range */
  whole: 8,
  /** partial pages at both ends of the range */
  edges: 16,
  /** everything from the range on moves up or down */
  shift: 32,
} as const;

const P = CONTENT_PIECE;

/** In the order in which what was left out is made up for. */
const PIECES: readonly number[] = [P.whole, P.edges, P.shift, P.old_tail, P.new_tail, P.beyond];

/** What calls change: what each kind must do, and what it may do besides, since the result is the same. */
const KINDS = [
  { kind: 'truncate', must: P.old_tail | P.new_tail | P.beyond, may: 0 },
  { kind: 'alloc', must: P.old_tail, may: 0 },
  { kind: 'punch', must: P.whole | P.edges, may: 0 },
  { kind: 'zero', must: P.whole | P.edges | P.old_tail, may: 0 },
  { kind: 'collapse', must: P.shift, may: P.whole | P.new_tail | P.beyond },
  { kind: 'insert', must: P.shift, may: P.old_tail },
  { kind: 'unshare', must: P.old_tail, may: 0 },
  { kind: 'write', must: P.old_tail, may: 0 },
  { kind: 'reflink', must: P.old_tail, may: 0 },
  { kind: 'dedupe', must: 0, may: P.old_tail },
] as const;

export type ContentKind = (typeof KINDS)[number]['kind'];

/** The arguments of a call; for a truncate `start` is the new size. */
export type ContentArguments = Readonly<
  Partial<
    Record<
      | 'inode'
      | 'start_page'
      | 'start_byte'
      | 'end_page'
      | 'end_byte'
      | 'keep_size'
      | 'token'
      | 'source'
      | 'at_page',
      number
    >
  >
>;

type Change = Readonly<Record<keyof typeof CONTENT, number>>;

const COLUMNS: readonly number[] = Object.values(CONTENT);

/** Many steps ask, and most are of a call that changes another file or none: those two columns are read first. */
function change_of(k: Kernel, inode: number): Change | null {
  const { content_changes: table, current } = k;
  const kind = table.get(current, CONTENT.kind);
  if (kind === 0 || table.get(current, CONTENT.inode) !== inode) return null;
  return {
    kind,
    inode,
    start_page: table.get(current, CONTENT.start_page),
    start_byte: table.get(current, CONTENT.start_byte),
    end_page: table.get(current, CONTENT.end_page),
    end_byte: table.get(current, CONTENT.end_byte),
    keep_size: table.get(current, CONTENT.keep_size),
    token: table.get(current, CONTENT.token),
    source: table.get(current, CONTENT.source),
    at_page: table.get(current, CONTENT.at_page),
    sized: table.get(current, CONTENT.sized),
    old_page: table.get(current, CONTENT.old_page),
    old_byte: table.get(current, CONTENT.old_byte),
    done: table.get(current, CONTENT.done),
    next: table.get(current, CONTENT.next),
  };
}

const rule_of = (c: Change): (typeof KINDS)[number] => KINDS[c.kind - 1] as (typeof KINDS)[number];

/** A call that changes content begins: its arguments as user space gave them. */
export function content_change_begins(k: Kernel, kind: ContentKind, args: ContentArguments): void {
  const note = (column: number, value: number): void => {
    k.content_changes.set(k.current, column, value);
  };
  for (const column of COLUMNS) note(column, 0);
  note(CONTENT.kind, KINDS.findIndex((rule) => rule.kind === kind) + 1);
  for (const [name, value] of Object.entries(args)) note(CONTENT[name as keyof ContentArguments], value);
  note(CONTENT.next, (kind === 'write' ? args.start_page : args.at_page) ?? 0);
}

/** i_size_write() is about to change the size: the one before the call's first change is the old size. */
export function note_old_size(k: Kernel, inode: number): void {
  const c = change_of(k, inode);
  if (c === null || c.sized === 1) return;
  k.content_changes.set(k.current, CONTENT.sized, 1);
  k.content_changes.set(k.current, CONTENT.old_page, k.inodes.get(inode, INODE.size_page));
  k.content_changes.set(k.current, CONTENT.old_byte, k.inodes.get(inode, INODE.size_byte));
}

/** The call of this task that changes `inode` does this piece of its work in this step, whole. */
export function content_changes(k: Kernel, inode: number, piece: number): void {
  const c = change_of(k, inode);
  if (c === null) return;
  const { kind, must, may } = rule_of(c);
  // The end that a collapse moves is where it is after the shift.
  if (kind === 'collapse' && (piece & (P.new_tail | P.beyond)) !== 0 && (c.done & P.shift) === 0) {
    content_changes(k, inode, P.shift);
    content_changes(k, inode, piece);
    return;
  }
  if (((must | may) & piece) === 0 || (c.done & piece) !== 0) return;
  k.content_changes.set(k.current, CONTENT.done, c.done | piece);
  APPLY[piece]?.(k, with_old_size(k, c));
}

/** write(2) or a remap has dealt with the pages of its file before `end`. */
export function content_copied(k: Kernel, inode: number, end: number): void {
  const c = change_of(k, inode);
  if (c === null || c.next >= end) return;
  const { kind } = rule_of(c);
  const stop = Math.min(end, copy_end(c));
  if (kind === 'write') expect_token(k, c, c.next, stop);
  if (kind === 'reflink') expect_source(k, c, c.next, stop);
  k.content_changes.set(k.current, CONTENT.next, end);
}

/** The call ends with `error` and still holds i_rwsem: what it did not do, though it succeeds, is expected of it. */
export function content_settles(k: Kernel, inode: number, error: number): void {
  const c = change_of(k, inode);
  if (c === null) return;
  if (error >= 0) settle(k, with_old_size(k, c));
  for (const column of COLUMNS) k.content_changes.set(k.current, column, 0);
}

function settle(k: Kernel, c: Change): void {
  const { kind, must } = rule_of(c);
  for (const piece of PIECES) {
    if ((must & piece) !== 0 && (c.done & piece) === 0 && !is_nothing(k, c, piece)) APPLY[piece]?.(k, c);
  }
  if (kind === 'reflink' || (kind === 'write' && !may_be_short(k, c)))
    content_copied(k, c.inode, copy_end(c));
}

/** Of a range that begins at or beyond end of file ext4 takes no hole (K52) and XFS zeroes no edges (K57). */
function is_nothing(k: Kernel, c: Change, piece: number): boolean {
  if (before(c.start_page, c.start_byte, c.old_page, c.old_byte)) return false;
  return piece === P.edges || (piece === P.whole && rule_of(c).kind === 'punch' && k.fs.clips_holes);
}

/** write(2) may end early where there is no space (K22), or where a bad block is written in part (K80). */
function may_be_short(k: Kernel, c: Change): boolean {
  return !has_free_block(k) || has_bad_block(k, pfn_of(k, c.inode, c.next), 1);
}

/** The file is gone, and what it held. */
export function content_gone(k: Kernel, inode: number): void {
  k.shadow.setRange(inode, 0, k.llong_max_pages, 0);
}

/** A CPU or a device has stored `token` to whole pages of the file through a mapping. */
export function content_stored(k: Kernel, inode: number, page: number, pages: number, token: number): void {
  k.shadow.setRange(inode, page, page + pages, token);
}

const before = (page: number, byte: number, otherPage: number, otherByte: number): boolean =>
  page < otherPage || (page === otherPage && byte < otherByte);

const first_after = (page: number, byte: number): number => (byte > 0 ? page + 1 : page);

const pfn_of = (k: Kernel, inode: number, page: number): number =>
  Math.floor(k.extents.get(inode, page) / EXT_PFN);

function with_old_size(k: Kernel, c: Change): Change {
  if (c.sized === 1) return c;
  const [old_page, old_byte] = [
    k.inodes.get(c.inode, INODE.size_page),
    k.inodes.get(c.inode, INODE.size_byte),
  ];
  return { ...c, old_page, old_byte };
}

function has_free_block(k: Kernel): boolean {
  const limit = k.options.blocks + 1;
  for (let pfn = 1; pfn < limit; pfn = k.block_state.runEnd(0, pfn, limit))
    if (k.block_state.get(0, pfn) === BLOCK_FREE) return true;
  return false;
}

/** Bytes [from, to) of a page read as zeros, unless its block cannot be read (K80) or copied (K60): there the call failed. */
function expect_zeros(k: Kernel, inode: number, page: number, from: number, to: number): void {
  if (from >= to) return;
  const pfn = pfn_of(k, inode, page);
  if (has_bad_block(k, pfn, 1) || (k.fs.dax && is_shared(k, pfn) && !has_free_block(k))) return;
  k.shadow.setRange(inode, page, page + 1, mix_content(k.shadow.get(inode, page), 0, from, to));
}

/** Where a file that grows goes on, or null: the size stays. */
function grown_to(c: Change): readonly [number, number] | null {
  switch (rule_of(c).kind) {
    case 'truncate':
    case 'write':
      return [c.start_page, c.start_byte];
    case 'insert':
      return [c.old_page + c.end_page - c.start_page, c.old_byte];
    case 'reflink':
    case 'dedupe':
      return [c.at_page, 0];
    default:
      return c.keep_size === 1 ? null : [c.end_page, c.end_byte];
  }
}

function expect_old_tail(k: Kernel, c: Change): void {
  const to = grown_to(c);
  if (to === null || !before(c.old_page, c.old_byte, to[0], to[1])) return;
  expect_zeros(k, c.inode, c.old_page, c.old_byte, to[0] > c.old_page ? 4096 : to[1]);
}

/** The size after a call that can shrink the file. */
const shrunk_to = (c: Change): readonly [number, number] =>
  rule_of(c).kind === 'truncate'
    ? [c.start_page, c.start_byte]
    : [c.old_page + c.start_page - c.end_page, c.old_byte];

function expect_new_tail(k: Kernel, c: Change): void {
  const [page, byte] = shrunk_to(c);
  if (byte > 0 && !before(c.old_page, c.old_byte, page, byte)) expect_zeros(k, c.inode, page, byte, 4096);
}

function expect_nothing_beyond(k: Kernel, c: Change): void {
  const [page, byte] = shrunk_to(c);
  if (before(c.old_page, c.old_byte, page, byte)) return;
  k.shadow.setRange(c.inode, first_after(page, byte), k.llong_max_pages, 0);
}

/** The end of the range; on ext4 a hole that ends beyond end of file takes the page of i_size whole (K52). */
function range_end(k: Kernel, c: Change): readonly [number, number] {
  const clipped = rule_of(c).kind === 'punch' && k.fs.clips_holes;
  if (!clipped || !before(c.old_page, c.old_byte, c.end_page, c.end_byte)) return [c.end_page, c.end_byte];
  return [first_after(c.old_page, c.old_byte), 0];
}

function expect_whole_zeros(k: Kernel, c: Change): void {
  const [from, to] = [first_after(c.start_page, c.start_byte), range_end(k, c)[0]];
  if (from < to) k.shadow.setRange(c.inode, from, to, 0);
}

function expect_zero_edges(k: Kernel, c: Change): void {
  const [page, byte] = range_end(k, c);
  if (page === c.start_page) {
    expect_zeros(k, c.inode, page, c.start_byte, byte);
    return;
  }
  if (c.start_byte > 0) expect_zeros(k, c.inode, c.start_page, c.start_byte, 4096);
  expect_zeros(k, c.inode, page, 0, byte);
}

/** What lies from `end` (COLLAPSE) or from `start` (INSERT) on moves by the length of the range. */
function expect_shifted(k: Kernel, c: Change): void {
  const insert = rule_of(c).kind === 'insert';
  const from = insert ? c.start_page : c.end_page;
  const by = (insert ? 1 : -1) * (c.end_page - c.start_page);
  const moved: [number, number, number][] = [];
  visitRuns(k.shadow, c.inode, from, k.llong_max_pages, (page, end, value) => moved.push([page, end, value]));
  k.shadow.setRange(c.inode, c.start_page, k.llong_max_pages, 0);
  for (const [page, end, value] of moved) k.shadow.setRange(c.inode, page + by, end + by, value);
}

const APPLY: Readonly<Record<number, (k: Kernel, c: Change) => void>> = {
  [P.old_tail]: expect_old_tail,
  [P.new_tail]: expect_new_tail,
  [P.beyond]: expect_nothing_beyond,
  [P.whole]: expect_whole_zeros,
  [P.edges]: expect_zero_edges,
  [P.shift]: expect_shifted,
};

/** The page after the last one that is copied to. */
function copy_end(c: Change): number {
  const last = first_after(c.end_page, c.end_byte);
  return rule_of(c).kind === 'write' ? last : c.at_page + last - c.start_page;
}

/** Pages [from, to) of what write(2) writes: its first and last page perhaps in part. */
function expect_token(k: Kernel, c: Change, from: number, to: number): void {
  for (let page = from; page < to;) {
    const first = page === c.start_page ? c.start_byte : 0;
    const last = page === c.end_page ? c.end_byte : 4096;
    const partial = first > 0 || last < 4096;
    const end = partial ? page + 1 : Math.max(page + 1, Math.min(to, c.end_page));
    const content = partial ? mix_content(k.shadow.get(c.inode, page), c.token, first, last) : c.token;
    k.shadow.setRange(c.inode, page, end, content);
    page = end;
  }
}

/** Pages [from, to) of a remap's destination hold what those of its source do. */
function expect_source(k: Kernel, c: Change, from: number, to: number): void {
  const back = c.start_page - c.at_page;
  for (let page = from; page < to;) {
    const end = k.shadow.runEnd(c.source, page + back, to + back) - back;
    k.shadow.setRange(c.inode, page, end, k.shadow.get(c.source, page + back));
    page = end;
  }
}

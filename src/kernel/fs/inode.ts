/**
 * Inodes: size, names and references. Models the parts of struct inode of 6.1 that the argument needs.
 *
 * Left out: times, modes, quotas, more than one directory (inode 0 stands for it).
 */
import { INODE, type Kernel, LLONG_MAX_PAGES } from '../kernel.ts';
import { note_old_size } from './expected_content.ts';

/** MAX_LFS_FILESIZE: 2^63 - 1 bytes. */
export const MAX_LFS_FILESIZE = { page: LLONG_MAX_PAGES - 1, byte: 4095 } as const;

export const size_page = (k: Kernel, inode: number): number => k.inodes.get(inode, INODE.size_page);
export const size_byte = (k: Kernel, inode: number): number => k.inodes.get(inode, INODE.size_byte);

/** Pages of the file, the last partial one included. */
export function size_in_pages(k: Kernel, inode: number): number {
  return size_page(k, inode) + (size_byte(k, inode) > 0 ? 1 : 0);
}

/** i_size_write(). */
export function i_size_write(k: Kernel, inode: number, page: number, byte: number): void {
  note_old_size(k, inode);
  k.inodes.set(inode, INODE.size_page, page);
  k.inodes.set(inode, INODE.size_byte, byte);
  mark_inode_dirty(k, inode);
  k.emit({ type: 'size', inode });
}

/** The file's metadata is newer than its last commit. */
export function mark_inode_dirty(k: Kernel, inode: number): void {
  k.inodes.set(inode, INODE.dirty, 1);
}

/** Negative, zero or positive as position a is before, at or after b. */
export function compare(aPage: number, aByte: number, bPage: number, bByte: number): number {
  return aPage - bPage || aByte - bByte;
}

/** True when the position lies at or beyond the end of the file. */
export function at_or_beyond_eof(k: Kernel, inode: number, page: number, byte: number): boolean {
  return compare(page, byte, size_page(k, inode), size_byte(k, inode)) >= 0;
}

/** True when a file of this filesystem may not reach that far (s_maxbytes). */
export function beyond_maxbytes(k: Kernel, page: number, byte: number): boolean {
  return compare(page, byte, k.fs.s_maxbytes.page, k.fs.s_maxbytes.byte) > 0;
}

/** inode_newsize_ok(): only growing can go too far. */
export function inode_newsize_ok(k: Kernel, inode: number, page: number, byte: number): boolean {
  return !at_or_beyond_eof(k, inode, page, byte) || !beyond_maxbytes(k, page, byte);
}

/** An operation that changes the size begins (+1) or ends (-1): read by the truncate-visibility invariant. */
export function count_size_change(k: Kernel, inode: number, by: 1 | -1): void {
  k.inodes.set(inode, INODE.changing, k.inodes.get(inode, INODE.changing) + by);
}

export function inode_get(k: Kernel, inode: number): void {
  k.inodes.set(inode, INODE.refs, k.inodes.get(inode, INODE.refs) + 1);
}

/** Drops a reference; true when the caller must evict the inode (K62). */
export function inode_put(k: Kernel, inode: number): boolean {
  k.inodes.set(inode, INODE.refs, k.inodes.get(inode, INODE.refs) - 1);
  return needs_eviction(k, inode);
}

export function needs_eviction(k: Kernel, inode: number): boolean {
  const unused = k.inodes.get(inode, INODE.refs) === 0 && k.inodes.get(inode, INODE.nlink) === 0;
  return unused && k.inodes.get(inode, INODE.evicted) === 0;
}

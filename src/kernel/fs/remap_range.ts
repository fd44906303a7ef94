/**
 * What is checked before blocks are shared. Models fs/remap_range.c:generic_remap_checks() and generic_remap_check_len() of
 * 6.1, and the comparison of fs/dax.c:dax_dedupe_file_range_compare().
 *
 * All of it runs with both files locked and their layouts broken: a call that is refused here has waited for pins all the
 * same.
 *
 * Left out: files that are immutable, swap files or no files at all, lengths of 0.
 */
import type { Path } from '../../machine/program.ts';
import { EBADE, EFBIG, EINVAL, EIO, EOPNOTSUPP } from '../errno.ts';
import { type Kernel, path } from '../kernel.ts';
import { has_bad_block } from './bad_blocks.ts';
import { ext_mapped, ext_pfn } from './extent.ts';
import { beyond_maxbytes, compare, size_byte, size_page } from './inode.ts';
import { sb_end_write, sb_start_write } from './super.ts';

/** Locals of a remap: `inode` is the destination, [start, end) the source's range, `at` the place in the destination. */
export const REMAP = [
  'inode',
  'source',
  'start_page',
  'start_byte',
  'end_page',
  'end_byte',
  'at_page',
  'at_byte',
  'dedupe',
] as const;

export type RemapLocals = (typeof REMAP)[number];

type Remap = Record<RemapLocals, number>;

/** Page of the destination after the last one that is remapped. */
export const remap_end = (f: Remap): number => f.at_page + f.end_page - f.start_page;

/** 0 or an error; a dedupe that may be shortened to whole blocks is. */
export function generic_remap_checks(k: Kernel, f: Remap): number {
  if (f.start_byte > 0 || f.at_byte > 0) return -EINVAL;
  const sourceEnd = compare(f.end_page, f.end_byte, size_page(k, f.source), size_byte(k, f.source));
  if (sourceEnd > 0) return -EINVAL;
  const targetEnd = compare(remap_end(f), f.end_byte, size_page(k, f.inode), size_byte(k, f.inode));
  if (f.dedupe === 1 && targetEnd > 0) return -EINVAL;
  if (beyond_maxbytes(k, remap_end(f), f.end_byte)) return -EFBIG;
  // A last block in part goes only where it is the last one of the destination too.
  if (f.end_byte > 0 && (sourceEnd < 0 || targetEnd < 0)) {
    if (f.dedupe === 0) return -EINVAL;
    f.end_byte = 0;
  }
  return overlaps(f) ? -EINVAL : 0;
}

function overlaps(f: Remap): boolean {
  if (f.source !== f.inode) return false;
  const tail = f.end_byte > 0 ? 1 : 0;
  return remap_end(f) + tail > f.start_page && f.at_page < f.end_page + tail;
}

/** dax_range_compare_iter() over the pages of the range: 0, -EBADE when they differ, -EIO for a bad block. */
export function dax_dedupe_file_range_compare(k: Kernel, f: Remap): number {
  const pages = f.end_page - f.start_page + (f.end_byte > 0 ? 1 : 0);
  for (let offset = 0; offset < pages;) {
    const [source, target] = [f.start_page + offset, f.at_page + offset];
    const length = Math.min(
      content_run(k, f.source, source, pages - offset),
      content_run(k, f.inode, target, pages - offset),
    );
    const error = compare_run(k, k.extents.get(f.source, source), k.extents.get(f.inode, target), length);
    if (error < 0) return error;
    offset += length;
  }
  return 0;
}

/** Pages from `page` on that lie in one run of the block map and hold the same; at most `limit`. */
function content_run(k: Kernel, inode: number, page: number, limit: number): number {
  const extent = k.extents.get(inode, page);
  const run = k.extents.runEnd(inode, page, page + limit) - page;
  if (!ext_mapped(extent)) return run;
  const pfn = ext_pfn(extent);
  return k.data.runEnd(0, pfn, pfn + run) - pfn;
}

/**
 * A hole is like a hole and unlike everything else. Unwritten blocks are compared by what lies in them, which 6.1 does not
 * look into: they read as zeros here.
 */
function compare_run(k: Kernel, source: number, target: number, pages: number): number {
  if (source === 0 || target === 0) return source === target ? 0 : -EBADE;
  for (const extent of [source, target]) if (has_bad_block(k, ext_pfn(extent), pages)) return -EIO;
  const held = (extent: number): number => (ext_mapped(extent) ? k.data.get(0, ext_pfn(extent)) : 0);
  return held(source) === held(target) ? 0 : -EBADE;
}

/** A filesystem whose files have no remap_file_range: refused before any lock of an inode. */
export const no_remap_range: Path<Kernel, RemapLocals> = path(
  'remap_file_range unsupported',
  REMAP,
  ({ ret }) => [ret(() => -EOPNOTSUPP)],
);

/** vfs_clone_file_range() and vfs_dedupe_file_range_one(): file_start_write() around the filesystem's own path (K20). */
export const vfs_clone_file_range = (remap: Path<Kernel, RemapLocals>): Path<Kernel, RemapLocals> =>
  path('vfs_clone_file_range', [...REMAP, 'error'], ({ act, call, ret }) => [
    call(sb_start_write, () => undefined),
    call(
      remap,
      (_k, f, callee) => {
        for (const local of REMAP) callee[local] = f[local];
      },
      'f_op->remap_file_range',
    ),
    act('file_end_write', (k, f) => {
      f.error = k.ret;
      sb_end_write(k);
    }),
    ret((_k, f) => f.error),
  ]);

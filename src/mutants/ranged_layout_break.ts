/**
 * The layout break looks at the range whose blocks go away or move, and not at the whole file. No invariant forbids it: it is
 * what dax_layout_busy_page_range() is there for, and virtiofs asks so. ext4 and XFS do not (K34), and only a comparison with
 * a real kernel can tell.
 */
import type { System } from '../drivers/system.ts';
import { scan_busy_page } from '../kernel/fs/dax.ts';
import { unmap_mapping_pages } from '../kernel/mm/rmap.ts';
import { type Mutant, replace } from './mutant.ts';

const LOCALS = ['inode', 'pfn', 'locked_at'] as const;

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Pages that the call of the current task frees or moves, from the arguments of the filesystem's own path. */
function removed_range(k: System): Range {
  const end = k.llong_max_pages;
  for (const { path, frame } of k.m.frames(k.current)) {
    const { size_page, start_page, end_page = 0, end_byte = 0 } = frame;
    if (size_page !== undefined) return { from: size_page, to: end };
    if (start_page === undefined) continue;
    // What stands behind the range moves with it.
    const moves = /collapse|insert/.test(path);
    return { from: start_page, to: moves ? end : end_page + (end_byte > 0 ? 1 : 0) };
  }
  return { from: 0, to: end };
}

export const rangedLayoutBreak: Mutant = {
  name: 'ranged_layout_break',
  title: 'the layout break unmaps and scans the range of the call, not the whole file',
  imitates: 'the break of virtiofs (commit 6bbdd563ee9b), done by ext4 and XFS',
  facts: ['K34', 'K31'],
  driver: 'gup',
  breaks: [],
  filesStayMapped: false,
  patches: [
    replace('dax_layout_busy_page', 'unmap_mapping_pages', LOCALS, ({ label, call }) => [
      label('dax_layout_busy_page_range', 'K34'),
      call(unmap_mapping_pages, (k, f, callee) => {
        const { from, to } = removed_range(k);
        callee.inode = f.inode;
        callee.from = from;
        callee.to = to;
        callee.even_cows = 0;
      }),
    ]),
    replace('dax_layout_busy_page', 'dax_busy_page', LOCALS, ({ label }) => [
      label('dax_busy_page', 'K34', (k, f) => {
        const { from, to } = removed_range(k);
        const scan = scan_busy_page(k, f.inode, from, to);
        f.pfn = scan.pfn;
        f.locked_at = scan.lockedAt;
      }),
    ]),
  ],
};

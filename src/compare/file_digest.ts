/**
 * What the files hold at the end, as one sha256 per file: equal digests mean equal contents, whatever blocks the
 * contents lie in.
 */
import { createHash } from 'node:crypto';
import { INODE } from '../kernel/kernel.ts';
import { ext_mapped, ext_pfn } from '../kernel/fs/extent.ts';
import { size_byte, size_in_pages, size_page } from '../kernel/fs/inode.ts';
import { visitRuns } from '../machine/store.ts';
import type { System } from '../drivers/system.ts';
import type { Session } from '../run/session.ts';
import { inodeOf } from '../run/syscalls.ts';

/** Pages [page, page + pages) that hold the same non-zero content. */
interface Run {
  readonly page: number;
  pages: number;
  readonly value: number;
}

/** File name to sha256 in hex, of every file that still has a name or is open or mapped. */
export function fileDigests(session: Session): Record<string, string> {
  const { system, workload } = session;
  const entries: [string, string][] = [];
  workload.files.forEach(({ name }, index) => {
    const inode = inodeOf(index);
    const exists = system.inodes.get(inode, INODE.nlink) > 0 || system.inodes.get(inode, INODE.refs) > 0;
    if (exists) entries.push([name, digestOf(system, inode, name)]);
  });
  return Object.fromEntries(entries);
}

function digestOf(k: System, inode: number, name: string): string {
  const hash = createHash('sha256');
  hash.update(`${name}\n${size_page(k, inode)} ${size_byte(k, inode)}\n`);
  for (const { page, pages, value } of contentRuns(k, inode)) hash.update(`${page} ${pages} ${value}\n`);
  return hash.digest('hex');
}

/** The contents as runs: holes and unwritten blocks are zeros, which are left out. */
function contentRuns(k: System, inode: number): Run[] {
  const runs: Run[] = [];
  visitRuns(k.extents, inode, 0, size_in_pages(k, inode), (page, end, extent) => {
    if (!ext_mapped(extent)) return;
    const pfn = ext_pfn(extent);
    visitRuns(k.data, 0, pfn, pfn + end - page, (from, to, value) => {
      addRun(runs, { page: page + from - pfn, pages: to - from, value });
    });
  });
  return runs;
}

function addRun(runs: Run[], run: Run): void {
  const before = runs.at(-1);
  if (before !== undefined && before.page + before.pages === run.page && before.value === run.value) {
    before.pages += run.pages;
  } else runs.push(run);
}

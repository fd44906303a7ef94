/**
 * What the files hold at the end, as one sha256 per file: equal digests mean equal contents, whatever blocks the
 * contents lie in.
 */
import { createHash } from 'node:crypto';
import { INODE } from '../kernel/kernel.ts';
import { dax_to_pfn } from '../kernel/fs/dax.ts';
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

/** The contents as runs, whether they lie in blocks or in the page cache: holes and unwritten blocks are zeros, which are left out. */
function contentRuns(k: System, inode: number): Run[] {
  const runs: Run[] = [];
  const size = size_in_pages(k, inode);
  for (let page = 0; page < size;) {
    const folio = k.fs.dax ? 0 : dax_to_pfn(k.i_pages.get(inode, page));
    const end = k.fs.dax ? size : k.i_pages.runEnd(inode, page, size);
    if (folio > 0) addFrames(k, runs, page, end, folio);
    else addBlocks(k, runs, inode, page, end);
    page = end;
  }
  return runs;
}

function addBlocks(k: System, runs: Run[], inode: number, from: number, to: number): void {
  visitRuns(k.extents, inode, from, to, (page, end, extent) => {
    if (ext_mapped(extent)) addFrames(k, runs, page, end, ext_pfn(extent));
  });
}

/** Pages [page, end), which lie at `pfn`. */
function addFrames(k: System, runs: Run[], page: number, end: number, pfn: number): void {
  visitRuns(k.data, 0, pfn, pfn + end - page, (from, to, value) => {
    addRun(runs, { page: page + from - pfn, pages: to - from, value });
  });
}

function addRun(runs: Run[], run: Run): void {
  const before = runs.at(-1);
  if (before !== undefined && before.page + before.pages === run.page && before.value === run.value) {
    before.pages += run.pages;
  } else runs.push(run);
}

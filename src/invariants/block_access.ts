/**
 * What a device may touch: I1 (no access after free), I9 (permission), I15 (truncate visibility).
 */
import { frameOf } from './state.ts';
import type { KernelEvent, StampedEvent } from '../kernel/event.ts';
import { block_owner, holds_page } from '../kernel/fs/block_owner.ts';
import { size_in_pages } from '../kernel/fs/inode.ts';
import { dax_is_dirty } from '../kernel/fs/dax.ts';
import { INODE, VMA } from '../kernel/kernel.ts';
import { is_anon_pfn } from '../kernel/mm/page.ts';
import { pte_write } from '../kernel/mm/pgtable.ts';
import { find_vma, NO_VMA } from '../kernel/mm/vma.ts';
import { REGION } from '../drivers/system.ts';
import type { Session } from '../run/session.ts';
import { fileName } from '../run/wait_graph.ts';
import type { Invariant } from './invariant.ts';

type DeviceAccess = Extract<KernelEvent, { type: 'dev_access' }>;
type CpuAccess = Extract<KernelEvent, { type: 'cpu_access' }>;

const describe = (session: Session, event: DeviceAccess): string =>
  `device ${event.write ? 'write to' : 'read of'} ${fileName(session, event.inode)} page ${event.page} at pfn ${event.pfn}`;

/** I1: the block a device touches is the one that holds the page it means. */
function accessAfterFree(session: Session, { event }: StampedEvent): string | null {
  const k = session.system;
  if (event.type !== 'dev_access' || event.pfn === 0 || event.pfn > k.options.blocks) return null;
  if (holds_page(k, event.pfn, event.inode, event.page)) return null;
  const owner = block_owner(k, event.pfn);
  const page = k.block_index.get(0, event.pfn) - 1;
  const now = owner > 0 ? `now ${fileName(session, owner)} page ${page}` : 'now a freed block';
  return `${describe(session, event)}, ${now}`;
}

/** I9: a write needs a writable mapping, and the filesystem must have been asked: the DAX entry, or the folio, is dirty. */
function deniedWrite(session: Session, { event }: StampedEvent): string | null {
  if (event.type === 'dev_access') return deniedDeviceWrite(session, event);
  if (event.type === 'cpu_access') return deniedCpuWrite(session, event);
  return null;
}

function deniedDeviceWrite(session: Session, event: DeviceAccess): string | null {
  const k = session.system;
  if (!event.write || is_anon_pfn(k, event.pfn)) return null;
  if (event.pfn === 0) return `${describe(session, event)}: the zero page`;
  const vma = find_vma(k, k.regions.get(event.region, REGION.mm), event.va);
  const sameFile = vma !== NO_VMA && k.vmas.get(vma, VMA.inode) === event.inode;
  // mprotect changes the VMA before the entries, and tells the driver in between (K71).
  const denied =
    k.vmas.get(vma, VMA.writable) === 0 && !pte_write(k.ptes.get(k.vmas.get(vma, VMA.mm), event.va));
  if (sameFile && denied) return `${describe(session, event)}: the mapping is read-only`;
  return unasked(session, event.inode, event.page, event.pfn, describe(session, event));
}

function deniedCpuWrite(session: Session, event: CpuAccess): string | null {
  if (!event.write) return null;
  return unasked(session, event.inode, event.page, event.pfn, `CPU store to page ${event.page}`);
}

/** A write to a block the file still has, while its entry is clean: no write-notify came before it (K65, K182). */
function unasked(session: Session, inode: number, page: number, pfn: number, what: string): string | null {
  const k = session.system;
  if (frameOf(k, inode, page) !== pfn || dax_is_dirty(k.i_pages.get(inode, page))) return null;
  return `${what}: its ${k.fs.dax ? 'DAX entry' : 'folio'} is clean, so the filesystem was not asked`;
}

/** I15: once a size change has returned, nothing reaches beyond the end of the file. */
function beyondEof(session: Session, { event }: StampedEvent): string | null {
  const k = session.system;
  if ((event.type !== 'dev_access' && event.type !== 'cpu_access') || is_anon_pfn(k, event.pfn)) return null;
  if (k.inodes.get(event.inode, INODE.changing) > 0) return null;
  const size = size_in_pages(k, event.inode);
  if (event.page + event.pages <= size) return null;
  const who = event.type === 'dev_access' ? 'device' : 'CPU';
  return `${who} access to ${fileName(session, event.inode)} page ${event.page}, which has ${size} pages`;
}

export const blockAccess: readonly Invariant[] = [
  {
    id: 'I1',
    title: 'no device access to a block that no longer holds the page it was mapped for',
    facts: ['K62', 'K63', 'K97', 'K117'],
    onEvent: accessAfterFree,
  },
  {
    id: 'I9',
    title: 'no write that the mapping denies or that the filesystem was not asked for',
    facts: ['K65', 'K182', 'K195'],
    onEvent: deniedWrite,
  },
  {
    id: 'I15',
    title: 'after truncate returns, no access beyond the end of the file succeeds',
    facts: ['K63'],
    onEvent: beyondEof,
  },
];

/**
 * What the model leaves out, and why: once per topic, for the facts, `--help` and every report.
 *
 * "Planned" means that the design has a place for it and this version does not hold it.
 */
import type { FactId, FactStatus } from './fact.ts';

interface LeftOut {
  readonly what: string;
  readonly reason: string;
  /** Facts that justify leaving it out, or that it touches without being part of them. */
  readonly related: readonly FactId[];
}

export const LEFT_OUT = {
  old_kernels: {
    what: 'kernels before 4.18',
    reason:
      'planned: era E0 waits for no pin and needs release rules of its own; its bug is planted in 6.1 instead',
    related: ['K97', 'K98', 'K171'],
  },
  later_kernels: {
    what: 'kernels after 6.1, above all the page counts of 6.15 (era E2)',
    reason: 'planned: this version holds the rules of Linux 6.1 only',
    related: ['K105'],
  },
  huge_mappings: {
    what: 'mappings of 2 MiB and more (PMD, PUD) and compound folios',
    reason: 'planned for 2 MiB: pages of 4 KiB come first; 1 GiB mappings would show no further behaviour',
    related: [],
  },
  reflink: {
    what: 'shared blocks on XFS: reflink, dedupe, copy on write, unshare',
    reason: 'planned: until then each block has one owner',
    related: ['K211', 'K215'],
  },
  leases: {
    what: 'layout leases',
    reason:
      'planned with the lease policies of the argument: nobody takes a lease here, so a lease break finds none',
    related: ['K220', 'K221'],
  },
  freeze: {
    what: 'freezing a filesystem',
    reason: 'planned: it would block write faults of every driver alike, so it separates none of them',
    related: [],
  },
  map_sync: {
    what: 'MAP_SYNC',
    reason:
      'planned: a mapping that asks for it is treated as a plain shared one, and the difference is counted',
    related: [],
  },
  fork: {
    what: 'fork',
    reason: 'planned: address spaces are made at the start of a workload, never copied',
    related: ['K194'],
  },
  mprotect: {
    what: 'mprotect',
    reason: 'planned: a mapping keeps the rights it was made with, hence no PROTECTION_VMA event',
    related: [],
  },
  device_memory: {
    what: 'device memory: private, coherent and exclusive pages, and migration to and from them',
    reason: 'planned: no file page on DAX can migrate, so it is needed only to compare with anonymous memory',
    related: [],
  },
  memory_failure: {
    what: 'memory failure and bad blocks',
    reason: 'planned: the storage under the model never fails',
    related: [],
  },
  unbind: {
    what: 'unbinding persistent memory, and the life of its pgmap',
    reason: 'planned: the device stays bound for the whole run, so a lookup of its pgmap always succeeds',
    related: [],
  },
  other_memory: {
    what: 'memory other than DAX files and private copies of their pages',
    reason:
      'planned for page cache, tmpfs and plain anonymous memory, which serve as controls; hugetlb, device-dax, ' +
      'peer-to-peer DMA and secretmem would each add one error code',
    related: [],
  },
  reclaim: {
    what: 'reclaim, swap, compaction, KSM, NUMA balancing, the OOM reaper, soft-dirty tracking, memory cgroups',
    reason: 'none of them reaches a shared fsdax page; they return with anonymous memory as a control',
    related: ['K76'],
  },
  list_notifiers: {
    what: 'notifier subscribers of a whole mm, starts that may not block, and the SRCU behind them',
    reason:
      'planned: no driver of this version subscribes to a whole mm; removing an interval is a fence by itself',
    related: ['K191', 'K200'],
  },
  secondary_tlb: {
    what: 'devices that walk the CPU page table (SVA, ATS)',
    reason: 'a device here has a table of its own, filled by its driver',
    related: [],
  },
  driver_families: {
    what: 'particular drivers, their flags, time limits and memory accounting',
    reason:
      'planned, one file each: this version has the short pin, the long pin charged like an RDMA region, and the ' +
      'HMM mirror that follows the documented rule',
    related: ['K170'],
  },
  tlb: {
    what: 'TLB shootdown of the CPUs, PCIDs, lazy TLB mode',
    reason:
      'folded into the step that clears PTEs: the TLB that matters to the question is the one of the device',
    related: ['K118'],
  },
  page_table_freeing: {
    what: 'allocating and freeing page tables, and the interrupt-off trick that protects fast GUP from it',
    reason:
      'fast GUP is two atomic steps, count then recheck: that is the race which the layout break closes, and THP ' +
      'collapse does not exist on DAX',
    related: ['K36', 'K76', 'K202'],
  },
  journal_internals: {
    what: 'the journal of ext4 and the log of XFS beyond one commit event',
    reason:
      'the one event that makes freed blocks reusable is all that pins and mirrors can notice; an allocation that ' +
      'finds no space fails at once instead of committing and trying again',
    related: [],
  },
  wait_hash: {
    what: 'XArray nodes and hashed wait queues',
    reason: 'each entry has its own queue, so a wrong key cannot occur; a lost wake-up is a planted fault',
    related: ['K198', 'K199'],
  },
  attributes: {
    what: 'owner, mode, ACLs, quota and time stamps',
    reason:
      'they change who may call and what is recorded, not who waits, except for calls queueing at the inode lock',
    related: [],
  },
  iommu: {
    what: 'the DMA API and the granularity of an IOMMU',
    reason: 'a device reaches a page or it does not: its own table decides',
    related: ['K117', 'K188'],
  },
  cpu_cache: {
    what: 'CPU caches in detail, and device writes that bypass them',
    reason: 'a block is volatile or flushed; device writes are coherent and volatile until the next flush',
    related: ['K28'],
  },
  other_filesystems: {
    what: 'virtiofs, ext2, erofs, DAX without struct pages',
    reason: 'read-only, historical, or of interest only for breaking part of a file',
    related: ['K177'],
  },
  user_buffers: {
    what: 'page faults on the buffers of read(2) and write(2)',
    reason:
      'planned: the data of a call comes from nowhere, so that no call holds i_rwsem while it takes mmap_lock',
    related: ['K19'],
  },
  signals: {
    what: 'signal handling beyond one flag per task, fatal signals among it',
    reason: 'an interruptible wait ends with ERESTARTSYS once it is set and an uninterruptible one does not',
    related: ['K31', 'K48'],
  },
} as const satisfies Record<string, LeftOut>;

export type LeftOutTopic = keyof typeof LEFT_OUT;

/** The status of a fact whose whole content is left out. */
export function notModelled(topic: LeftOutTopic): FactStatus {
  return { kind: 'not_modelled', topic, reason: LEFT_OUT[topic].reason };
}

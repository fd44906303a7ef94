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
    what: 'kernels after 6.12, above all the page counts of 6.15 (era E2)',
    reason: 'planned: this version holds the rules of Linux 6.1 and 6.12',
    related: ['K105'],
  },
  pud_mappings: {
    what: 'mappings of 1 GiB (PUD) and compound folios',
    reason:
      'ext4 and XFS map at most 2 MiB of a DAX file at once, and before 6.15 the pages of a huge mapping are no ' +
      'compound folio; the size adds nothing that 2 MiB does not show',
    related: [],
  },
  block_alignment: {
    what: 'how real allocators place large allocations',
    reason:
      'one named rule (large_allocations_are_aligned): what holds a whole PMD of a file gets blocks that a huge page ' +
      'can map wherever such blocks are free; real allocators align only sometimes',
    related: ['K45'],
  },
  cow_order: {
    what: 'the moment between the writable entry and the block map in a copy-on-write fault',
    reason:
      'both are one step: in 6.1 a thread that stores through the new entry can be missed by a read(2) in that ' +
      'moment, with no driver at all, which would hide what drivers do',
    related: ['K215'],
  },
  leases: {
    what: 'layout leases',
    reason:
      'planned with the lease policies of the argument: nobody takes a lease here, so a lease break finds none',
    related: ['K220', 'K221'],
  },
  device_memory: {
    what: 'device memory: private, coherent and exclusive pages, and migration to and from them',
    reason:
      'planned: no file page on DAX can migrate, so it is needed only to compare with anonymous memory; the events ' +
      'MIGRATE and EXCLUSIVE are never sent',
    related: [],
  },
  memory_failure: {
    what: 'memory errors that no task runs into, early-kill requests, and bad metadata',
    reason:
      'without a calling process that has the page mapped 6.1 unmaps nothing and tells no mirror; bad metadata shuts ' +
      'the filesystem down, drivers or not',
    related: [],
  },
  unbind: {
    what: 'unbinding persistent memory, and the life of its pgmap',
    reason:
      'in 6.1 nothing on the way waits for a pin or tells a mirror: XFS shuts down, ext4 is not told, what is mapped ' +
      'stays mapped, and a pinned page goes away under its pin; the model keeps the device bound',
    related: [],
  },
  other_memory: {
    what: 'memory other than files on DAX and in the page cache and private copies of their pages',
    reason:
      'planned for tmpfs and plain anonymous memory, which serve as controls; hugetlb, device-dax, ' +
      'peer-to-peer DMA and secretmem would each add one error code',
    related: [],
  },
  reclaim: {
    what: 'reclaim, swap, compaction, KSM, NUMA balancing, the OOM reaper, memory cgroups',
    reason: 'none of them reaches a shared fsdax page; they return with anonymous memory as a control',
    related: ['K76'],
  },
  snapshots: {
    what: 'hmm_range_fault without a request: what is mapped now, nothing faulted in',
    reason: 'planned with the drivers that ask so: the mirror here requests every page it needs',
    related: [],
  },
  nonblocking_starts: {
    what: 'notifier starts that may not block, and the SRCU grace period of all subscriptions together',
    reason:
      'only the OOM reaper makes such starts, and nothing here runs out of memory; the grace period is that of one ' +
      'subscription, which is as long as a driver can tell',
    related: ['K78', 'K113'],
  },
  secondary_tlb: {
    what: 'devices that walk the CPU page table (SVA, ATS)',
    reason: 'a device here has a table of its own, filled by its driver',
    related: [],
  },
  driver_families: {
    what: 'particular drivers, their flags and time limits',
    reason:
      'planned, one file each: this version has the short pin, the long pin charged like an RDMA region, the plain ' +
      'reference, the HMM mirror that follows the documented rule, the same mirror on GUP, and one with a ' +
      'subscription to the whole address space; three ways of charging pins are there for drivers to choose',
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
    reason:
      'each entry has its own queue, that of a PMD entry is the one of its first page; waiting on another one, and a ' +
      'lost wake-up, are planted faults',
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
  shared_read_pins: {
    what: 'the fault without end of FOLL_PIN for reading of a shared XFS block that was only read, in 6.12',
    reason:
      'a read fault there marks the page PAGE_MAPPING_DAX_SHARED, which is the bit of PageAnon(): gup_must_unshare() asks for ' +
      'a copy, handle_mm_fault() makes none in a shared mapping, and the pin tries again, running, until SIGKILL or a ' +
      'store; a run of the model is over when nothing can step, and it has no fatal signals, so the pin succeeds',
    related: ['K15', 'K60'],
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

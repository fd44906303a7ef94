/**
 * The built-in cost table: x86 server, one persistent-memory DIMM, a device behind an IOMMU that can stall.
 *
 * The device rows are of IOMMU class (shared virtual addressing), not of NIC class: a NIC with on-demand paging
 * pays about twenty times as much per fault, which the ranges include. Figures of different machines meet here,
 * so sweep the ranges before resting anything on an order of two drivers.
 */
import type { CostTable } from './cost_table.ts';

const NPF = "Lesokhin et al., 'Page Fault Support for Network Controllers', ASPLOS 2017";
const FOLIOS = "Hildenbrand et al., 'Every Mapping Counts in Large Amounts', USENIX ATC 2024";
const SHOOTDOWN = "Amit, Tai, Wei, 'Don't shoot down TLB shootdowns!', EuroSys 2020";
const OPTANE =
  "Yang et al., 'An Empirical Guide to the Behavior and Use of Scalable Persistent Memory', FAST 2020";
const IOPF = "Lu, '[RFC PATCH v2 0/6] Add IOPF support for VFIO passthrough', linux-api, 2021-03-09";
const LARGE_FOLIO_GUP =
  "Li, '[PATCH] gup: optimize longterm pin_user_pages() for large folio', linux-mm, 2025-05-30";
const DEVDAX_GUP = 'Martins, sparse-vmemmap and device-dax compound pages series, nvdimm, 2021';
const GPU_SVM =
  "Dugast, '[PATCH v5 5/5] drm/pagemap: Enable THP support for GPU memory migration', 2026-01-14";
const RIOMMU = "Malka et al., 'rIOMMU', ASPLOS 2015";

/** The table that `--cost` takes when it is not given. */
export const BUILTIN_2026: CostTable = {
  name: 'builtin-2026',
  description:
    'x86 server, one Optane-class DIMM, device behind a stalling IOMMU; simulated, never measured: ' +
    'published figures of different machines, each with its range',
  entries: {
    step: {
      ns: 50,
      low: 10,
      high: 200,
      source: 'assumption',
      note: 'tens to hundreds of instructions without a cache miss to memory',
    },
    lock: {
      ns: 16,
      low: 4,
      high: 100,
      source:
        'assumption, beside posted timings of an uncontended pthread mutex (14 ns) and a locked add (4 to 16 ns)',
      note: 'Phenom II X6; the upper end is a cache line that another socket owned',
    },
    context_switch: {
      ns: 2_410,
      low: 1_070,
      high: 10_000,
      source: 'assumption, beside one posted pipe ping-pong on Linux 6.6, Core i7 11th generation',
      note: '1,070 ns between threads, 2,410 ns between processes; the upper end is an idle CPU that must wake',
    },
    syscall: {
      ns: 200,
      low: 70,
      high: 1_000,
      source: 'assumption, beside Linux Journal article 6516, table 2: getpid in 432 cycles by sysenter',
      note: 'page table isolation adds to it',
    },
    page_fault: {
      ns: 1_100,
      low: 826,
      high: 9_000,
      source: `Hildenbrand, Schulz, Amit, 'Copy-on-Pin', ASPLOS 2023; ${FOLIOS}`,
      note: 'minor fault without a copy: 1,092 to 1,116 ns and 826 to 830 ns; 9 us on an MI300A is second-hand',
    },
    zap_page: {
      ns: 89,
      low: 21,
      high: 89,
      source: `${FOLIOS}, section 4.1`,
      note: 'munmap of 4 KiB entries before and after folio batching, by arithmetic; no figure for truncate on DAX was found in print',
    },
    tlb_flush: {
      ns: 2_877,
      low: 1_567,
      high: 10_400,
      source: `${SHOOTDOWN}, figures 5 to 8; Amit, USENIX ATC 2017, section 2.3`,
      note: 'one entry, one remote core: 3,134 to 7,172 cycles, 20,800 with many cores, at an assumed 2.0 GHz',
    },
    notifier_call: {
      ns: 500,
      low: 500,
      high: 3_200,
      source: `${NPF}, figure 3(b)`,
      note: 'the software part of a one-page invalidation, 0.5 us, and 2.7 us of checks in the upper end; read off the figure',
    },
    gup_page: {
      ns: 62,
      low: 14,
      high: 118,
      source: `${LARGE_FOLIO_GUP}; ${DEVDAX_GUP}`,
      note: 'present page, many per call: 61.9 ns; 14.1 to 118 ns on device-dax with base pages',
    },
    unpin_page: {
      ns: 15,
      low: 5,
      high: 125,
      source: `${LARGE_FOLIO_GUP}; ${DEVDAX_GUP}`,
      note: '15.1 ns; 5.25 to 125 ns on device-dax',
    },
    hmm_page: {
      ns: 18,
      low: 2,
      high: 98,
      source: `${GPU_SVM}; ${NPF}, figure 3(a)`,
      note: '512 pages in 9 us with their DMA mapping, 1 us as one huge page; 98 ns in the driver part of a batched fault',
    },
    device_fault: {
      ns: 10_400,
      low: 2_900,
      high: 220_000,
      source: `${IOPF}; ${NPF}, table 4`,
      note: 'stall on an SMMU, CPU fault included: 10.1 to 10.6 us; 220 us through the firmware of a NIC, tails beyond 464 us',
    },
    device_invalidate: {
      ns: 4_300,
      low: 687,
      high: 60_900,
      source: `Vesely et al., ISPASS 2016 (second-hand); ${RIOMMU}, table 1; ${NPF}, figure 3(b)`,
      note: '4.3 us device TLB, 687 ns one IOTLB entry (2,130 cycles at 3.1 GHz), a NIC 16.9 us for one page and 60.9 us for 1,024',
    },
    dma_page: {
      ns: 630,
      low: 104,
      high: 1_862,
      source: OPTANE,
      note: '4 KiB at 6.5 GB/s (one DIMM, read), 39.4 GB/s (six, read) and 2.2 GB/s (one, write)',
    },
    copy_page: {
      ns: 712,
      low: 295,
      high: 1_862,
      source: `${FOLIOS}, section 4.1; ${OPTANE}`,
      note: 'copy-on-write fault less reuse fault, 1,538 - 826 ns; 4 KiB at 13.9 GB/s and at 2.2 GB/s of write bandwidth',
    },
    flush_page: {
      ns: 1_862,
      low: 295,
      high: 3_987,
      source: OPTANE,
      note: '4 KiB at 2.2 GB/s and at 13.9 GB/s; the upper end is 64 lines one after the other at 62.3 ns',
    },
    journal_commit: {
      ns: 5_000,
      low: 2_000,
      high: 10_000,
      source: 'assumption; no figure for truncate or hole punch on a DAX filesystem was found in print',
      note: 'the size of a 4 KiB append on ext4 with DAX, about 9 us by a figure that was not re-read',
    },
    block_map: {
      ns: 500,
      low: 100,
      high: 3_000,
      source: 'assumption',
      note: 'an extent tree in cache, without I/O',
    },
  },
};

/** Every cost table by name. */
export const COST_TABLES: ReadonlyMap<string, CostTable> = new Map([[BUILTIN_2026.name, BUILTIN_2026]]);

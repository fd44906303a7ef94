/**
 * Bugs upstream had, and switches a simulator should offer, that no planted fault repeats, and why: each row of K171 to K210
 * is here or is a fault's (not_expressible.test.ts).
 */

export interface NotExpressible {
  /** The fact of the bug, or null for a general kind of mistake that is tied to no commit. */
  readonly fact: string | null;
  /** At most 80 characters. */
  readonly what: string;
  /** What the model lacks, or has already, so that there is nothing to plant. */
  readonly reason: string;
}

export const NOT_EXPRESSIBLE: readonly NotExpressible[] = [
  {
    fact: 'K176',
    what: 'No wait at evict',
    reason:
      'the kernels modelled have the bug themselves: eviction of 6.1 and 6.12 looks for no pin (K62), which is why a pin is expected to break I1; the wait that a fault could leave out came with 0e2f80afcfa6',
  },
  {
    fact: 'K195',
    what: 'FOLL_FORCE write through copy on write on shmem',
    reason: 'the model has neither FOLL_FORCE nor shmem: GUP never writes against the rights of a mapping',
  },
  {
    fact: 'K203',
    what: 'Generic fast GUP lost the devmap checks, and the pgmap count ran below zero',
    reason:
      'the count of a pgmap is taken and dropped within one walk and is not in the state (K23); a page count below zero is planted as double_unpin',
  },
  {
    fact: 'K208',
    what: 'Stale TLB of the CPU after unmap_mapping_range against munmap on PFNMAP VMAs',
    reason:
      'CPU TLBs are not in the state: an entry and its translation go in one step; the TLB of the device is, and callback_does_not_drain leaves it unflushed',
  },
  {
    fact: null,
    what: 'Unpin without dirtying, and dirtying after truncate',
    reason:
      'set_page_dirty of a DAX page is a no-op that leaves the entry as clean as it was (K27): with it or without it a pin breaks I3 and I9, as every pinning driver is expected to',
  },
  {
    fact: null,
    what: 'MIGRATE of a foreign owner ignored',
    reason: 'DAX pages are never migrated, so that no such event is sent (K76, K148)',
  },
  {
    fact: null,
    what: 'Sleeping in a callback that may not block',
    reason: 'only the OOM reaper makes such a call (K78, K121), and nothing here runs out of memory',
  },
];

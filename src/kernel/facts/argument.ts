/** K216 to K222: what each side of the 2019 argument claimed, and what each scheme can keep. */
import { context } from './context.ts';
import type { Fact } from './fact.ts';

export const ARGUMENT_FACTS: readonly Fact[] = [
  {
    id: 'K216',
    title: 'Which scheme can keep which invariant',
    text:
      'A correct HMM mirror can keep all, with progress (I12) only probable. A notifier with a pin keeps I1 to I5 ' +
      'if its callback unpins. A short pin keeps I1 given the layout wait, breaks I4 and the write-notify half of ' +
      'I3 by design, and meets I2 as far as its I/O is short. A long pin cannot have I1 and I2 together, and that ' +
      'is the heart of the dispute.',
    sources: ['from the facts on pins, mirrors and layout breaks above'],
    tag: 'derived',
    status: context('argument'),
  },
  {
    id: 'K217',
    title: 'Glisse: why HMM should mirror DAX',
    text:
      "In January 2019: ODP should share HMM's code, and as it supports DAX, HMM has to or ODP regresses. GPU " +
      'users will map DAX files and notice just that those never go to device memory; converting GUP users ' +
      'removes pins that some GPU drivers already have on DAX files, so filesystem operations are no longer held ' +
      'up. A mirror is CPU access by other means, hence MAP_SYNC and filesystem changes are covered, and who ' +
      'alters page tables without notifying harms KVM too. HMM, not a stable API, lets drivers say what they need ' +
      'while mm remains free to alter how.',
    sources: ['mail: Glisse, 2019-01-29 and 2019-01-30'],
    tag: 'seen',
    status: context('argument'),
  },
  {
    id: 'K218',
    title: 'Williams: what speaks against it',
    text:
      'He asked whether the step is from GUP to HMM or merely to mmu_notifier, and if the latter does without the ' +
      'rest; the patch seemed to be made because it could be. He worried about coming DAX work, reflink and ' +
      'MAP_SYNC, about regression tests, and about a second mm beside the core, and wanted shared code in core ' +
      'and drivers refactored across vendors. With new wording he offered an ack for the DAX patch on 19 March ' +
      '2019 but went on opposing the dma-map helper as misplaced.',
    sources: ['mail: Williams, 2019-01 to 2019-03-19'],
    tag: 'seen',
    status: context('argument'),
  },
  {
    id: 'K219',
    title: 'The dma-map helper, and how it ended',
    text:
      'Glisse replied that hmm_range_dma_map is a superset of a gup_range_dma_map to come: begin with drivers ' +
      'that have notifiers, generalise later. The helper went unused and was removed (K139), and hmm_mirror was ' +
      'absorbed by mmu_interval_notifier in core mm (K138), which is the shape Williams wanted. hmm_range_fault ' +
      'without references stayed and took over ODP, amdgpu, nouveau and xe, the shape Glisse wanted.',
    sources: ['mail: Glisse, 2019-03-19', 'from K138 and K139'],
    tag: 'derived',
    caveat: 'The mails and removals were seen; the reading of them is derived.',
    status: context('argument'),
  },
  {
    id: 'K220',
    title: 'LSF/MM 2019: what to do about long-term pins',
    text:
      'Kara: ODP needs only short references and a notifier; others ask the filesystem, which refuses or treats ' +
      'the file like a swapfile, maybe given an FL_LAYOUT lease. Williams: GUP must not pin blocks as a side ' +
      'effect, and a failing truncate hurts an API and an administrator short of space. Chinner: the file must be ' +
      'fully written and in effect immutable; Lameter, with Gunthorpe: leave a pinned range alone, a racing ' +
      'ftruncate being like a racing pwrite. Ledford: to revoke is to tear down the RDMA connection; Wilcox: ' +
      'NVDIMM hot-unplug needs it anyway; Glisse: direct I/O invalidates against pins too.',
    sources: ['mail: LSF/MM topic on longterm GUP, February 2019'],
    tag: 'seen',
    status: context('argument'),
  },
  {
    id: 'K221',
    title: 'Weiny: pins under a lease',
    text:
      'June and August 2019: a long-term pin of fsdax succeeds only for a file with an F_LAYOUT lease, else ' +
      'EPERM, and the user consents that truncate fails in the meantime. Disputed were exclusiveness (Chinner: ' +
      'others get ETXTBSY; Wilcox and Gunthorpe: several holders have to coexist), the life of pin against ' +
      'descriptor once that is passed on, and how to list holders. It was not merged.',
    sources: ['mail: Weiny, series of June and August 2019', 'mm/gup.c:check_vma_flags (6.1, 7.2)'],
    tag: 'seen',
    status: context('argument'),
  },
  {
    id: 'K222',
    title: 'Hubbard: pins that can be counted',
    text:
      'FOLL_PIN lets write-back and truncate recognise a pinned page; what they should do about it was left open ' +
      'and is still marked as undone in the document of 6.1. According to a mail that quotes LWN 787636, Kara held that ' +
      'fsync writes pinned pages without marking them clean.',
    sources: ['Documentation/core-api/pin_user_pages.rst (6.1)', 'mail quoting LWN 787636'],
    tag: 'unverified',
    caveat: 'The LWN article itself was not read; what goes beyond document and quotation is from memory.',
    status: context('argument'),
  },
];

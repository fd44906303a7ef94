/** K96 to K105: how GUP and DAX came to their present terms. */
import { context } from './context.ts';
import type { Fact } from './fact.ts';

export const GUP_HISTORY_FACTS: readonly Fact[] = [
  {
    id: 'K96',
    title: '4.5: GUP learns about devmap',
    text:
      '3565fce3a659 taught GUP devmap PTEs and pgmap references. Earlier, fsdax memory had no struct pages that ' +
      'one could use.',
    sources: ['commit 3565fce3a659'],
    tag: 'seen',
    status: context('history'),
  },
  {
    id: 'K97',
    title: 'E0: reuse under direct I/O, without any RDMA',
    text:
      'Nothing waited at all. Hellwig pointed out that large direct I/O out of a DAX mapping, together with a ' +
      'truncate and reuse of the blocks, is enough to corrupt an unrelated file.',
    sources: ['mail: Williams, cover letter of the third version, 2017'],
    tag: 'seen',
    status: context('history'),
  },
  {
    id: 'K98',
    title: '4.15: long-term pins of fsdax refused',
    text:
      '2bb6d2837083 added get_user_pages_longterm, which turned fsdax down for V4L2, RDMA memory regions and ' +
      'others, as a stopgap until mappings could come with a lease. Device-dax was spared; 94db151dc892 did the ' +
      'same for VFIO.',
    sources: ['commit 2bb6d2837083', 'commit 94db151dc892'],
    tag: 'unverified',
    caveat: 'That the VFIO change is in 4.16 is from memory.',
    status: context('history'),
  },
  {
    id: 'K99',
    title: '4.18: the layout wait',
    text:
      '5fac7408d828 brought the handling of layout changes under pinned DAX mappings, d6dc57e251a4 its XFS side, ' +
      'both from a series mailed in April 2018. ext4 followed with 430657b6be89.',
    sources: [
      'commit 5fac7408d828 "mm, fs, dax: handle layout changes to pinned dax mappings"',
      'commit d6dc57e251a4',
      'commit 430657b6be89',
    ],
    tag: 'unverified',
    caveat: 'Titles and mail dates were seen; the releases 4.18 and 4.19 are from memory.',
    status: context('history'),
  },
  {
    id: 'K100',
    title: '5.1 or 5.2: FOLL_LONGTERM',
    text: 'A flag took the place of the separate function and extended the refusal to fast GUP.',
    sources: ['mm/gup.c (5.2)'],
    tag: 'unverified',
    caveat: 'The exact release is from memory.',
    status: context('history'),
  },
  {
    id: 'K101',
    title: '5.6: FOLL_PIN',
    text: 'eddb1c228f79 (30 January 2020) introduced pin_user_pages. Counting pins by a bias followed.',
    sources: ['commit eddb1c228f79'],
    tag: 'unverified',
    caveat: 'That counting came in 5.7 is from memory.',
    status: context('history'),
  },
  {
    id: 'K102',
    title: '5.8 to 5.11: copy on write against GUP',
    text:
      '17839856fd58, 70e806e4e645 and 57efa1fe5957 repaired how GUP and copy on write meet. PageAnonExclusive ' +
      'completed it.',
    sources: ['commit 17839856fd58', 'commit 70e806e4e645', 'commit 57efa1fe5957'],
    tag: 'unverified',
    caveat: 'The hashes were seen; the releases, 5.19 for PageAnonExclusive among them, are from memory.',
    status: context('history'),
  },
  {
    id: 'K103',
    title: '6.3: direct I/O changes from FOLL_GET to FOLL_PIN',
    text:
      '6.1 still calls get_user_pages_fast for a bio, whereas 6.12 extracts its pages with ' +
      'iov_iter_extract_pages; what 6.1 gives back so wakes nobody (K10). vmsplice has kept FOLL_GET even in 7.2.',
    sources: ['lib/iov_iter.c (6.1)', 'block/bio.c (6.12)', 'fs/splice.c (7.2)'],
    tag: 'unverified',
    caveat: 'The release 6.3 is from memory.',
    status: context('history'),
  },
  {
    id: 'K104',
    title: '6.5: long-term write pins of files refused',
    text: 'The release that brought the -EFAULT of K87.',
    sources: ['commit 8ac268436e6d', 'commit a6e79df92e4a'],
    tag: 'unverified',
    status: context('history'),
  },
  {
    id: 'K105',
    title: '6.15: the fsdax refcount rework',
    text:
      "Popple's series makes E2: a virtiofs truncate fix (7851bf649d42), unmapped busy pages returned " +
      '(cee91fa13a8e), repair of the scan (6be3e21d25ca), a common break (e6fa3963a30d, d5b3afea22a5), entries ' +
      'deleted by the break (bde708f1a65d), a wait at eviction (0e2f80afcfa6), cbe298d82cf7, no long-term pins in ' +
      'core GUP, and the counts (38607c62b34b). dd59137bfe70 repairs 6be3e21d25ca in 6.16; d438d2734170 drops the ' +
      'devmap bits and befd9a71d859 finishes virtiofs in 6.17.',
    sources: [
      'commits 7851bf649d42, cee91fa13a8e, 6be3e21d25ca, e6fa3963a30d, d5b3afea22a5',
      'commits bde708f1a65d, 0e2f80afcfa6, cbe298d82cf7, 38607c62b34b',
      'commits dd59137bfe70, d438d2734170, befd9a71d859',
    ],
    tag: 'unverified',
    caveat: 'Pairs of hash and title were seen; the releases are from memory.',
    status: context('history'),
  },
];

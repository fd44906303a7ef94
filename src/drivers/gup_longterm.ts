/**
 * A driver that pins with FOLL_LONGTERM, as an RDMA memory region or VFIO does: refused on a DAX file (K88, K150,
 * K160), allowed on the page cache as long as the kernel does not ask whether dirty pages are tracked (K237).
 *
 * The check is of the VMA, in the slow path. A region that lies in private copies of a DAX file alone passes: fast GUP
 * finds pages that may be pinned for long, and never looks at a VMA. Such a pin is told nothing of what the address space
 * does (K84).
 */
import { pinningDriver } from './gup.ts';

export const gup_longterm = pinningDriver({
  name: 'gup_longterm',
  title: 'pins pages with FOLL_PIN|FOLL_LONGTERM; refused on fsdax since 4.15',
  longterm: true,
  breaks: [
    { invariant: 'I4', facts: ['K84', 'K85', 'K216'] },
    { invariant: 'frozen_not_written', facts: ['K20', 'K65', 'K84'], memory: 'page_cache' },
    { invariant: 'I3', facts: ['K65', 'K231'], memory: 'page_cache' },
    { invariant: 'I5', facts: ['K228', 'K232'], memory: 'page_cache' },
    { invariant: 'I9', facts: ['K65', 'K231'], memory: 'page_cache' },
    { invariant: 'I15', facts: ['K232'], memory: 'page_cache' },
  ],
});

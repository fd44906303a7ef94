/**
 * A driver that pins with FOLL_LONGTERM, as an RDMA memory region or VFIO does: refused on a DAX file (K88, K150,
 * K160).
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
  breaks: [{ invariant: 'I4', facts: ['K84', 'K85', 'K216'] }],
});

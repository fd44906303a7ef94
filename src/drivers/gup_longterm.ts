/**
 * A driver that pins with FOLL_LONGTERM, as an RDMA memory region or VFIO does: refused on a DAX file (K88, K150,
 * K160).
 */
import { pinningDriver } from './gup.ts';

export const gup_longterm = pinningDriver({
  name: 'gup_longterm',
  title: 'pins pages with FOLL_PIN|FOLL_LONGTERM; refused on fsdax since 4.15',
  longterm: true,
  breaks: [],
});

/** A long-term pin of a DAX page is granted, on a kernel that waits for pins. */
import type { Mutant } from './mutant.ts';

export const longtermPinsAllowed: Mutant = {
  name: 'longterm_pins_allowed',
  title:
    'pin_user_pages with FOLL_LONGTERM is not refused on fsdax, and a truncate waits for as long as user space likes',
  imitates: 'K172: before 2bb6d2837083 and 94db151dc892 long pins of fsdax were granted',
  facts: ['K88', 'K172'],
  driver: 'gup_longterm',
  breaks: ['I2', 'truncate_never_blocked', 'punch_hole_never_blocked'],
  filesStayMapped: false,
  rules: { longterm_refused_on_fsdax: false },
  patches: [],
};

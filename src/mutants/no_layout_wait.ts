/** The layout break never waits: its scan finds no page busy, as before there was a wait. */
import { type Mutant, replace } from './mutant.ts';

export const noLayoutWait: Mutant = {
  name: 'no_layout_wait',
  title: 'ext4_break_layouts and xfs_break_dax_layouts find no page busy and never wait',
  imitates: 'E0, before commit 5fac7408d828: blocks were truncated and reused under a running DMA',
  facts: ['K31', 'K171'],
  driver: 'gup',
  breaks: ['I1'],
  filesStayMapped: true,
  patches: [
    replace('dax_layout_busy_page', 'dax_busy_page', ['pfn', 'locked_at'], ({ label }) => [
      label('dax_busy_page', 'K171', (_k, f) => {
        f.pfn = 0;
        f.locked_at = -1;
      }),
    ]),
  ],
};

/** fork shares a page that is pinned like any other: the next write moves the parent off the page its device uses. */
import { dup_anon_rmap, look_at_entry } from '../kernel/mm/memory_fork.ts';
import { type Mutant, replace } from './mutant.ts';

export const forkSharesPinnedPage: Mutant = {
  name: 'fork_shares_pinned_page',
  title: 'copy_page_range shares a private copy that may be pinned instead of copying it for the child',
  imitates: 'K194: fork before 70e806e4e645 made pinned pages copy-on-write',
  facts: ['K73', 'K194'],
  driver: 'gup',
  breaks: ['private_copies'],
  filesStayMapped: false,
  patches: [
    replace(
      'copy_page_range',
      'page_needs_cow_for_dma',
      ['mm', 'dst_mm', 'va', 'stop', 'pte', 'pinned', 'end', 'error'],
      ({ label }) => [
        label('shared, pinned or not', 'K194', (k, f) => {
          look_at_entry(k, f);
          f.pinned = 0;
          dup_anon_rmap(k, f);
        }),
      ],
    ),
  ],
};

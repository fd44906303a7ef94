/** The layout break finds a busy page, and goes on as if it had found none. */
import { type Mutant, onEachFilesystem, replace } from './mutant.ts';

const goesOn = (path: string) =>
  replace(path, 'no busy page', ['inode', 'pfn'], ({ branch }) => [
    branch('no busy page', () => true, 'done'),
  ]);

export const breakStopsAtABusyPage: Mutant = {
  name: 'break_stops_at_a_busy_page',
  title: 'the layout break does not wait for the busy page that it has found',
  imitates: 'K31 and K171: looking for busy pages is of no use without the wait',
  facts: ['K31', 'K171'],
  driver: 'gup',
  breaks: ['layout_break'],
  filesStayMapped: false,
  patches: onEachFilesystem(goesOn('ext4_break_layouts'), goesOn('xfs_break_dax_layouts')),
};

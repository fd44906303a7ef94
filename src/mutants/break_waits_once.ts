/** The layout break waits for one busy page and does not look for another. */
import type { System } from '../drivers/system.ts';
import { page_idle } from '../kernel/mm/page.ts';
import type { Patch } from '../machine/program.ts';
import { type Mutant, onEachFilesystem, replace } from './mutant.ts';

const doneWhenIdle = (name: string): Patch<System> =>
  replace(name, 'page is idle', ['pfn'], ({ branch }) => [
    branch('page is idle', (k, f) => page_idle(k, f.pfn), 'done'),
  ]);

export const breakWaitsOnce: Mutant = {
  name: 'break_waits_once',
  title: 'when the page it waited for is idle the break is over, whatever else of the file is pinned',
  imitates: 'the mistake that K31 warns of: after each wake-up everything starts again',
  facts: ['K31', 'K33'],
  driver: 'gup',
  breaks: ['layout_break', 'I1'],
  filesStayMapped: true,
  patches: onEachFilesystem(...['ext4_break_layouts', 'xfs_break_dax_layouts'].map(doneWhenIdle)),
};

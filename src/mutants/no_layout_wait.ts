/**
 * The layout break finds a busy page and goes on all the same: what every kernel before 4.18 did (E0).
 */
import { type Mutant, replaceEntry } from './mutant.ts';

export const no_layout_wait: Mutant = {
  name: 'no_layout_wait',
  title: 'blocks are freed without waiting for pinned pages',
  imitates: 'kernels before 5fac7408d828 "mm, fs, dax: handle layout changes to pinned dax mappings" (K97, K171)',
  driver: 'gup',
  breaks: ['layout_break', 'I1'],
  patches: (filesystem) => [
    replaceEntry(`${filesystem.name}_break_layouts`, 'no busy page', [], ({ jump }) => [jump('done')]),
  ],
};

/** The layout break does not look for pins of a file that nobody maps. */
import type { Mutant } from './mutant.ts';

export const unmappedFileNotSearched: Mutant = {
  name: 'unmapped_file_not_searched',
  title: 'dax_layout_busy_page returns at once when no VMA maps the file: pin, munmap, truncate',
  imitates: 'K175, fixed by commit cee91fa13a8e; 6.1 has it still',
  facts: ['K63', 'K175'],
  driver: 'gup',
  breaks: ['I1'],
  filesStayMapped: false,
  filesKeepNames: true,
  rules: { layout_break_skips_unmapped_file: true },
  patches: [],
};

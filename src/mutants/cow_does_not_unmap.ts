/** A write fault on a shared block leaves mappings of the old block where they are. */
import { leaveOut, type Mutant } from './mutant.ts';

export const cowDoesNotUnmap: Mutant = {
  name: 'cow_does_not_unmap',
  title: 'the copy of a shared block is mapped without unmapping the page first: mirrors do not hear of it',
  imitates: 'the order that K60 names: the page is unmapped before its entry becomes the new block',
  facts: ['K60', 'K117'],
  driver: 'hmm_mirror',
  breaks: ['I1'],
  filesStayMapped: false,
  onlyOn: 'xfs_dax',
  patches: [leaveOut('dax_cow_fault', 'unmap_mapping_pages')],
};

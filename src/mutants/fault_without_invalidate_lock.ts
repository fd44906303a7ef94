/** Page faults do not take invalidate_lock: pages come back between the layout break and the freeing of blocks. */
import { leaveOut, type Mutant, onEachFilesystem, replace } from './mutant.ts';

export const faultWithoutInvalidateLock: Mutant = {
  name: 'fault_without_invalidate_lock',
  title: 'the fault of the filesystem neither takes nor drops the invalidate_lock of the file',
  imitates:
    'K177: virtiofs let DAX faults race truncate and punch (7851bf649d42, befd9a71d859), here ext4 and XFS',
  facts: ['K18', 'K40', 'K177'],
  driver: 'hmm_mirror',
  breaks: ['I1'],
  filesStayMapped: false,
  patches: onEachFilesystem(
    ...['ext4_dax_huge_fault', '__xfs_filemap_fault'].flatMap((fault) => [
      leaveOut(fault, 'filemap_invalidate_lock_shared'),
      replace(fault, 'no XFS_IREMAPPING', [], ({ jump }) => [jump('locked')]),
      leaveOut(fault, 'filemap_invalidate_unlock_shared'),
    ]),
  ),
};

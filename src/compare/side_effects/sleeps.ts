/**
 * Where a call that stands still sleeps: the model's path, and the names that /proc/PID/wchan has for the place. They differ where
 * the model keeps in one path what the kernel has in several functions, and where the compiler puts a function into its caller.
 */

interface Place {
  /** Path of the model. */
  readonly path: string;
  /** Where the same path waits for more than one thing. */
  readonly waitsFor?: string;
  readonly names: readonly string[];
}

const FILE = 'i_rwsem of the file';
const DIRECTORY = 'i_rwsem of the directory';

const PLACES: readonly Place[] = [
  { path: 'ext4_dax_read_iter', names: ['ext4_file_read_iter'] },
  { path: 'ext4_dax_write_iter', names: ['ext4_file_write_iter'] },
  { path: 'ext4_punch_hole', names: ['ext4_fallocate'] },
  // Whatever XFS locks goes through xfs_ilock().
  { path: 'xfs_file_dax_read', names: ['xfs_ilock'] },
  { path: 'xfs_file_dax_write', names: ['xfs_ilock'] },
  { path: 'xfs_file_fallocate alloc', names: ['xfs_ilock'] },
  { path: 'xfs_file_fallocate punch', names: ['xfs_ilock'] },
  { path: '__xfs_filemap_fault', names: ['xfs_ilock'] },
  { path: 'do_unlinkat', waitsFor: FILE, names: ['vfs_unlink'] },
  { path: 'do_unlinkat', waitsFor: DIRECTORY, names: ['do_unlinkat'] },
  // The compiler puts open_last_lookups() into its caller.
  { path: 'open_last_lookups', names: ['path_openat'] },
  { path: 'do_renameat2', waitsFor: FILE, names: ['vfs_rename'] },
  { path: 'sb_start_write', names: ['percpu_rwsem_wait'] },
  // mmap_region() in 6.1, vma_link_file() in 6.12: where i_mmap_rwsem is taken for the new VMA.
  { path: 'ksys_mmap_pgoff', names: ['mmap_region', 'vma_link_file'] },
];

/** True if the kernel's name and the model's path are the same place; `waitsFor` null: not asked for. */
export function samePlace(path: string, waitsFor: string | null, observed: string | null): boolean {
  if (observed === null) return false;
  const places = PLACES.filter((place) => place.path === path && (place.waitsFor ?? waitsFor) === waitsFor);
  return places.length === 0 ? observed === path : places.some(({ names }) => names.includes(observed));
}

/**
 * What differs between kernels, as named rules. A release is a list of rules; code asks for a rule, never for a
 * release.
 */
export interface Rules {
  /** The layout break returns at once when no VMA maps the file, whatever is pinned (K31, K63). */
  readonly layout_break_skips_unmapped_file: boolean;
  /**
   * The busy-page scan steps over an entry that is locked when it gets there (K174): get_unlocked_entry() advances
   * the XArray iterator, so the entry is not looked at.
   */
  readonly busy_scan_skips_locked_entry: boolean;
  /**
   * dax_writeback_one() leaves an entry that is locked when it gets there unwritten: get_unlocked_entry() finds nothing in the
   * middle of a walk, and the fsync goes on without it (K64, K174).
   */
  readonly writeback_skips_locked_entry: boolean;
  /** A read fault marks the DAX entry dirty too (K41). */
  readonly read_fault_dirties_entry: boolean;
  /**
   * write(2) that copies shared blocks drops their page table entries and DAX entries, dirty ones too: dax_iomap_iter() with
   * IOMAP_F_SHARED (K44, K60). Without it mappings go on showing the old block.
   */
  readonly write_unmaps_copied_blocks: boolean;
  /**
   * __bio_release_pages() gives the references of a transfer back with folio_put_refs(), which wakes nobody who waits for an
   * fsdax page to be idle (K10). Without it they go back by way of put_devmap_managed_page_refs(), as all others do.
   */
  readonly bio_release_wakes_nobody: boolean;
  /** ext4 PUNCH_HOLE writes dirty pages of the range back before it takes any lock (K52). */
  readonly ext4_punch_writes_back_first: boolean;
  /**
   * ext4_fallocate() itself takes the locks, drains and breaks the layout, once for every mode but preallocation, before the
   * mode looks at its range; ZERO_RANGE preallocates and zeroes its edges under invalidate_lock (K58, K223).
   */
  readonly ext4_fallocate_breaks_first: boolean;
  /** XFS truncate down flushes the page of the new end of file (K51). */
  readonly xfs_truncate_flushes_new_eof: boolean;
  /** FOLL_LONGTERM is refused with -EOPNOTSUPP for a DAX file mapping (K88). */
  readonly longterm_refused_on_fsdax: boolean;
  /** FOLL_LONGTERM for writing is refused with -EFAULT for a shared file mapping whose dirty pages are tracked (K237). */
  readonly longterm_write_refused_on_tracked_file: boolean;
  /** XFS: write(2) puts folios of more than one page into the page cache (K236). */
  readonly buffered_write_makes_large_folios: boolean;
}

export interface Release {
  readonly name: string;
  /** Source the rules were read in. */
  readonly source: string;
  readonly rules: Rules;
}

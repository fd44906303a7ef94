/**
 * The scenarios of the catalogue: name, title and the facts that each shows, first the one it is there for.
 *
 * In the order of their facts, and at the end the whole stories: the five cases of pin_user_pages.rst and two drivers. A
 * test holds titles and facts against the files.
 */
export const SCENARIOS: readonly (readonly [name: string, title: string, facts: string])[] = [
  ['mirror_of_a_process_that_exited', 'A mirror of a process that has exited gets nothing more', 'K1 K79'],
  [
    'stuck_fault_stalls_its_process',
    'One fault that is stuck stalls every thread that needs the address space',
    'K2 K47 K20',
  ],
  [
    'device_write_to_a_private_mapping',
    'What a device writes to a private mapping never reaches the file',
    'K3 K46',
  ],
  [
    'mirror_faults_to_learn_that_it_may_write',
    'Nobody tells a mirror that it may write now, it has to ask',
    'K5 K140',
  ],
  ['zero_page_is_not_counted', 'A pin of written pages and holes counts the written pages alone', 'K7'],
  ['pins_taken_and_given_back', 'As many pages are unpinned as were pinned, whoever ends it', 'K8'],
  [
    'mapped_pages_are_idle',
    'A page that three processes have mapped is idle, one pin makes it busy',
    'K10 K31',
  ],
  [
    'states_of_a_page_of_a_file',
    'Hole, unwritten and written pages, read and then written by CPU and device',
    'K16 K42',
  ],
  [
    'freed_blocks_go_to_another_file',
    'A device writes through a pin into a block that is another file by now',
    'K17 K63 K171',
  ],
  [
    'reads_wait_where_faults_do_not',
    'A truncate that waits has one lock of the inode, and has let go of the other',
    'K18 K32',
  ],
  [
    'freeze_does_not_stop_a_pinned_device',
    'A freeze does not wait for a pin, and a pinned device writes to what is frozen',
    'K20 K64 K65',
  ],
  [
    'write_waits_for_the_waiter_not_the_pin',
    'A write waits for the truncate that waits for the pin, never for the pin itself',
    'K22 K32 K33',
  ],
  [
    'pin_keeps_the_page_mirror_the_address',
    'A mirror follows the address, a pin stays with the page',
    'K26 K84',
  ],
  [
    'device_write_is_flushed_by_fsync',
    'What a device wrote through a fault is flushed by the next fsync',
    'K27 K64',
  ],
  [
    'cpu_and_device_see_each_others_writes',
    'CPU and device see what the other wrote, without a flush',
    'K28',
  ],
  [
    'map_sync_mirror_is_durable',
    'A mirror of a MAP_SYNC mapping writes to blocks that a crash leaves in the file',
    'K28 K42',
  ],
  [
    'every_mapping_is_told_in_turn',
    'Unmapping a file range tells the mirror of every mapping of it',
    'K29 K34',
  ],
  [
    'signal_ends_the_wait',
    'A signal ends a truncate that waits for a pin, and nothing has happened',
    'K31 K49',
  ],
  [
    'what_waits_behind_the_waiting_truncate',
    'Who queues up behind a truncate that waits for a pin, and who passes',
    'K32 K18',
  ],
  [
    'faults_go_on_while_truncate_waits',
    'Who has pinned some pages can pin more while a truncate waits for the first',
    'K33 K35',
  ],
  [
    'pin_delays_punch_of_another_page',
    'A pin on page 500 delays a hole punched at page 10',
    'K34 K31 K52 K57',
  ],
  [
    'release_wakes_the_waiter',
    'The truncate goes on when the last of two pins is released, not before',
    'K35 K10 K31',
  ],
  [
    'access_past_the_end_of_a_file',
    'Past the end of the file there is nothing to map, for CPU and device',
    'K40',
  ],
  ['read_fault_makes_a_page_dirty', 'In 6.1 pages that were only read are flushed by fsync', 'K41'],
  ['store_into_a_hole', 'A store into a hole takes the zero page away from everyone who has it', 'K42 K16'],
  [
    'pin_of_a_hole_reads_zeros_for_ever',
    'A pin of a hole never learns that there is a block by now',
    'K43 K89',
  ],
  [
    'write_into_a_hole_drops_mappings',
    'write(2) into a hole takes clean mappings of it away, over blocks it does not',
    'K44 K43',
  ],
  [
    'huge_page_goes_as_a_whole',
    'Letting go of one page takes the whole huge page from a mirror',
    'K45 K64 K142',
  ],
  [
    'private_copies_and_the_file',
    'A private copy survives a hole in the file, and not the end of the file',
    'K46 K173',
  ],
  ['no_signal_ends_a_fault', 'A signal does not end a fault that waits', 'K48 K31'],
  [
    'truncate_into_the_middle_of_a_page',
    'A truncate keeps the block it cuts through, with zeros behind the cut',
    'K49 K51',
  ],
  ['pin_delays_growing', 'A pin delays a truncate that only makes the file longer', 'K50 K51'],
  [
    'punch_writes_back_before_it_waits',
    'ext4 in 6.1 writes the range back before it waits for the pin, XFS after',
    'K52 K57',
  ],
  [
    'zero_range_keeps_its_blocks_on_ext4',
    'ZERO_RANGE keeps the blocks on ext4 and takes others on XFS',
    'K53 K57',
  ],
  [
    'collapse_moves_what_a_page_shows',
    'After COLLAPSE_RANGE an address shows what lay behind the range',
    'K54 K57',
  ],
  ['insert_moves_what_a_page_shows', 'After INSERT_RANGE an address shows the new hole', 'K55 K57'],
  ['preallocation_waits_on_xfs_only', 'Preallocation waits for a pin on XFS and not on ext4', 'K56 K57'],
  [
    'every_fallocate_mode_waits_on_xfs',
    'XFS breaks layouts in every fallocate mode, ext4 where blocks go',
    'K57 K56 K61',
  ],
  [
    'reflink_waits_for_pins_of_both_files',
    'A reflink waits for a pin of either file, with both IOLOCKs held',
    'K59 K227 K211 K61',
  ],
  [
    'store_to_a_shared_block_moves_the_mirror',
    'A store to a shared block moves the mirror to the copy and leaves a pin behind',
    'K60 K215 K15',
  ],
  [
    'pin_munmap_close_unlink_frees_under_pin',
    'After munmap and close an unlink frees blocks that are still pinned',
    'K62 K163 K176',
  ],
  [
    'pin_munmap_truncate_frees_under_pin',
    'After munmap a truncate frees blocks that are still pinned',
    'K63 K31 K175',
  ],
  ['fsync_protects_and_flushes', 'fsync takes the right to write away, then flushes', 'K64 K27'],
  [
    'pin_writes_behind_the_back_of_fsync',
    'What a device writes through a pin after an fsync is never flushed',
    'K65 K84',
  ],
  [
    'fsync_does_not_wait_for_pin',
    'fsync waits neither for a pin nor for the truncate that waits for it',
    'K66 K32 K64 K65',
  ],
  ['write_needs_no_flush', 'write(2) brings its bytes to the medium by itself', 'K68 K27'],
  [
    'munmap_tells_the_mirror',
    'munmap tells the mirror that the address is gone, the pin hears nothing',
    'K69 K84',
  ],
  ['madvise_dontneed_keeps_the_data', 'MADV_DONTNEED drops translations, not data', 'K70 K123'],
  [
    'mprotect_and_the_device',
    'mprotect takes rights away from a mirror, not from a pin',
    'K71 K84 K122 K123 K141',
  ],
  [
    'mremap_leaves_the_mirror_behind',
    'mremap moves the pages, and the mirror stays at the old address',
    'K72 K26',
  ],
  ['fork_of_a_device_user', 'A process whose device writes to private memory forks', 'K73 K122 K123 K194'],
  ['private_copy_is_announced', 'A store that makes a private copy is announced to the mirror', 'K74 K46'],
  [
    'exit_releases_the_mirror',
    'Exit tells the mirror once that everything goes, and a pin may live on',
    'K79',
  ],
  [
    'bad_block_under_a_pin_and_a_mirror',
    'A block goes bad under a device, its pin keeps it and its mirror loses it',
    'K80',
  ],
  ['pin_that_comes_up_short', 'A pin that gets only some of its pages is given back whole', 'K82'],
  [
    'pin_does_not_follow_the_address_space',
    'A pin keeps a page from being freed, and from nothing else',
    'K84 K70',
  ],
  ['pin_of_private_copies_holds_up_nothing', 'A pin of private copies is no pin of the file', 'K85 K46'],
  ['longterm_refused', 'A long-term pin of a DAX file mapping is refused', 'K88 K98'],
  ['pin_of_a_hole_holds_up_nothing', 'A pin of a hole, for reading, holds no block of the file', 'K89 K7'],
  [
    'truncate_waits_for_the_transfer_in_flight',
    'A truncate waits for the transfer in flight, and no longer than that',
    'K117 K119',
  ],
  ['each_call_sends_its_event', 'Which call sends which event to a mirror', 'K122 K123 K69 K70'],
  [
    'a_range_ends_before_its_end',
    'An invalidation that ends where a mirror begins is not for the mirror',
    'K123 K112 K126',
  ],
  [
    'write_request_needs_a_writable_mapping',
    'A device may ask for what the mapping allows, and for no more',
    'K140 K141',
  ],
  [
    'where_nothing_is_mapped_the_device_fails',
    'Where no mapping is left, a mirror gives EFAULT, and what is left works',
    'K141 K129',
  ],
  [
    'mirror_reads_a_hole_without_a_block',
    'A mirror reads a hole without a block, and asks again before it writes',
    'K142 K16',
  ],
  ['device_fault_holds_mmap_lock', 'The fault of a mirror keeps mmap_lock while it waits', 'K144 K225 K47'],
  ['mirror_holds_no_reference', 'A mirror that is in use holds no page at all', 'K145 K10'],
  [
    'zero_range_inside_a_page',
    'A ZERO_RANGE inside one page waits for a pin on XFS and not on ext4',
    'K223 K53 K57',
  ],
  [
    'signal_during_unaligned_zero_range',
    'A signal ends an unaligned ZERO_RANGE, but on ext4 the file has grown',
    'K224 K53 K57',
  ],
  [
    'case1_direct_io',
    'Case 1 of pin_user_pages.rst, direct I/O with a buffer in a mapped DAX file',
    'K164 K165 K84 K170',
  ],
  ['case2_rdma_longterm', 'Case 2 of pin_user_pages.rst, RDMA with long-term pins', 'K150 K88 K152 K98 K170'],
  [
    'case3_notifier_driver',
    'Case 3 of pin_user_pages.rst, a driver that registers a notifier',
    'K129 K117 K158 K170',
  ],
  [
    'case4_struct_page_only',
    'Case 4 of pin_user_pages.rst, code that only looks at struct page',
    'K6 K10 K170',
  ],
  [
    'case5_cpu_write',
    'Case 5 of pin_user_pages.rst, kernel code that writes into user pages',
    'K27 K84 K170',
  ],
  ['rdma_like_registration', 'Register a mapped DAX file, truncate it, deregister', 'K152 K150 K32 K217'],
  [
    'gpu_like_reader_of_a_truncated_file',
    'A GPU reads a mapped DAX file that is truncated under it',
    'K40 K49 K51 K154 K217',
  ],
];

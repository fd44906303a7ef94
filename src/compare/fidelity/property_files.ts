/** Which file in `properties/` asks for an invariant. */

const QUESTIONS: Readonly<Record<string, string>> = {
  truncate_never_blocked: 'truncate_never_blocked_by_hmm',
  punch_hole_never_blocked: 'punch_hole_never_blocked_by_hmm',
  layout_break: 'layout_break_comes_before_freeing',
  private_copies: 'private_copies_stay_private',
  frozen_not_written: 'planted_faults',
  I1: 'i1_no_access_after_free',
  I2: 'i2_no_call_depends_on_user_space',
  I3: 'i3_fsync_survives_a_crash',
  I4: 'i4_mirror_is_coherent',
  I5: 'i5_reads_return_the_last_write',
  I6: 'i6_no_deadlock',
  I7: 'i7_no_lost_wake_up',
  I8: 'i8_what_a_process_may_read',
  I9: 'i9_writes_are_announced',
  I10: 'i10_nothing_outlived',
  I11: 'i11_references_balance',
  I12: 'i12_everything_ends',
  I13: 'i13_costs_stay_with_the_file',
  I14: 'i14_errors_are_the_kernels',
  I15: 'i15_no_access_beyond_end_of_file',
};

/** The property test of an invariant. Throws RangeError for an invariant that has none. */
export function propertyOf(invariant: string): string {
  const name = QUESTIONS[invariant];
  if (name === undefined) throw new RangeError(`no file in properties/ is known to ask for ${invariant}`);
  return `properties/${name}.test.ts`;
}

/** Differences between the model and real kernels that are known and let pass: one line each, with its reason. */

export interface ToleratedEffect {
  /** Absent: any. */
  readonly memory?: string;
  readonly wait?: string;
  /** A call, or a story. */
  readonly what: string;
  /** A field of a row, or a question of a story. */
  readonly field: string;
  /** What the model has there, as it is compared. */
  readonly model: string;
  readonly reason: string;
}

export const TOLERATED_EFFECTS: readonly ToleratedEffect[] = [
  {
    ...{ memory: 'xfs_dax', wait: 'trunc_0', what: 'reflink_from', field: 'after_release' },
    model: '{"outcome":"failed","errno":"EINVAL"}',
    reason:
      'FICLONE goes to the end of the file, wherever it is by then; the model names the pages, and they are gone',
  },
  {
    ...{
      what: 'slow_callback_fsync',
      field: 'fsync_meanwhile',
      model: 'stands_still D hmm_mirror invalidate',
    },
    reason:
      "fsync is in a callback of its own: where that sleeps is the driver's affair, in the probe a delay",
  },
];

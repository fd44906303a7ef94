/**
 * Where a blocked call sleeps, as /proc/PID/wchan says it: the innermost function that is not the scheduler's or a lock's. The
 * model's paths have the kernel's names, so only exceptions stand here.
 */

/** Model path to what wchan says; null: the call does not sleep there. */
const WCHAN: Readonly<Record<string, string | null>> = {
  // The loop that begins again at once (K59, K211): a sleep in the model, a running task in the kernel.
  xfs_ilock2_io_mmap: null,
};

export function wchanOf(path: string): string | null {
  return path in WCHAN ? (WCHAN[path] ?? null) : path;
}

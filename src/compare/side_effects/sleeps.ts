/**
 * Where a call that stands still sleeps, as /proc/PID/wchan says it. Where the model keeps in one path what the kernel has in a
 * small function of its own (which the compiler may have put into its caller), the kernel's name stands here.
 */

/** Model path to what wchan says. */
const WCHAN: Readonly<Record<string, string>> = {};

/** `paths`: of the frames of the task, outermost first. */
export function wchanOf(paths: readonly string[]): string | null {
  const innermost = paths.at(-1);
  if (innermost === undefined) return null;
  return WCHAN[innermost] ?? innermost;
}

/** What the user asked for does not exist or does not fit: exit code 2, no stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Reading a saved comparison result back, from a file or from standard input. */
import type { ComparisonResult } from '../compare/result.ts';
import { citationId, comparisonResultSchema } from '../report/index.ts';
import { InputError } from '../workload/input_error.ts';
import { readJson } from './json_file.ts';

/** A result as it was saved, and the id that its content gives. They differ when somebody changed the content. */
export interface SavedResult {
  readonly result: ComparisonResult;
  readonly contentId: string;
}

/** Throws InputError for a file that cannot be read, is not JSON, or is no comparison result. */
export function readSavedResult(file: string): SavedResult {
  const value = readJson(file, 'compare --json writes one');
  const parsed = comparisonResultSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const more = parsed.error.issues.length - 1;
    const problem = [issue?.path.join('.') ?? '', issue?.message ?? 'not valid']
      .filter((part) => part !== '')
      .join(': ');
    throw new InputError({
      file,
      problem: `not a comparison result: ${problem}${more > 0 ? ` (and ${more} more)` : ''}`,
      hint: 'compare --json writes one; schema compare describes it',
    });
  }
  // the value as it stands in the file, since the digest is over all of it
  const result = value as ComparisonResult;
  try {
    return { result, contentId: citationId(result) };
  } catch (error) {
    throw new InputError(
      { file, problem: error instanceof Error ? error.message : String(error) },
      { cause: error },
    );
  }
}

/** Reading JSON that somebody saved, from a file or from standard input. */
import { readFileSync } from 'node:fs';
import { InputError } from '../workload/input_error.ts';

/** What the user writes for standard input. */
const STDIN = '-';

/** Throws InputError, with the hint, for a file that cannot be read or is not JSON. */
export function readJson(file: string, hint: string): unknown {
  return parseJson(file, readText(file), hint);
}

function readText(file: string): string {
  try {
    return readFileSync(file === STDIN ? 0 : file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const problem =
      code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'is a directory' : `cannot be read (${code})`;
    throw new InputError({ file, problem }, { cause: error });
  }
}

function parseJson(file: string, text: string, hint: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const problem = `not JSON: ${error instanceof Error ? error.message : String(error)}`;
    throw new InputError({ file, problem, hint }, { cause: error });
  }
}

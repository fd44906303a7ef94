/** A text file from the user's disk, or an InputError that says why it cannot be used. */
import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { InputError } from '../input_error.ts';

const REASONS: Readonly<Record<string, { problem: string; hint: string }>> = {
  ENOENT: {
    problem: 'no such file',
    hint: 'check the path; `list scenarios` shows the ones that come along',
  },
  ENOTDIR: { problem: 'no such file', hint: 'a part of the path is a file, not a folder' },
  EISDIR: { problem: 'is a folder', hint: 'name a scenario file in it' },
  EACCES: { problem: 'may not be read', hint: 'change its permissions' },
  EPERM: { problem: 'may not be read', hint: 'change its permissions' },
  ELOOP: { problem: 'is a symbolic link to itself', hint: 'name the file it should lead to' },
};

function refusal(path: string, error: unknown): InputError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = REASONS[code] ?? { problem: `cannot be read (${code === '' ? String(error) : code})` };
  return new InputError({ file: path, ...reason }, { cause: error });
}

/** Throws InputError for a file that is missing, a folder, not readable, empty or not UTF-8. */
export async function readText(path: string): Promise<{ text: string; bytes: Uint8Array }> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw refusal(path, error);
  }
  if (bytes.length === 0) throw new InputError({ file: path, problem: 'the file is empty' });
  if (!isUtf8(bytes)) {
    throw new InputError({
      file: path,
      problem: 'the file is not UTF-8 text',
      hint: 'a scenario is YAML or JSON',
    });
  }
  return { text: bytes.toString('utf8'), bytes };
}

/**
 * Writing a result to a file: aside in the same directory, then renamed, so that the file is the old one or the
 * new one and never half of either.
 *
 * All calls are synchronous: no signal handler of ours can run between the first byte and the rename.
 */
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError } from './usage_error.ts';

/** The file system calls that are made; tests hand in ones that fail. */
export type FileCalls = Pick<
  typeof fs,
  | 'accessSync'
  | 'chmodSync'
  | 'closeSync'
  | 'fsyncSync'
  | 'openSync'
  | 'realpathSync'
  | 'renameSync'
  | 'statSync'
  | 'unlinkSync'
  | 'writeFileSync'
>;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such directory; make it, or write elsewhere',
  ENOTDIR: 'a part of the path is not a directory; write elsewhere',
  EISDIR: 'this is a directory; give the name of a file in it',
  EACCES: 'you may not write there; change the permissions, or write elsewhere',
  EPERM: 'you may not write there; change the permissions, or write elsewhere',
  EROFS: 'the file system is read-only; write elsewhere',
  ENOSPC: 'no space is left on the device; free some, or write elsewhere',
  EDQUOT: 'your disk quota is used up; free some, or write elsewhere',
  EFBIG:
    'the file would be larger than you are allowed to write; raise the limit (ulimit -f), or write elsewhere',
  ENAMETOOLONG: 'the name is too long; choose a shorter one',
};

/** Throws {@link UsageError} if it is plain already that the file cannot be written: better before a long run than after it. */
export function checkOutputFile(file: string, calls: FileCalls = fs): void {
  explained(file, () => {
    const target = targetOf(file, calls);
    if (target.exists) calls.accessSync(target.path, fs.constants.W_OK);
    if (!target.special) calls.accessSync(dirname(target.path), fs.constants.W_OK | fs.constants.X_OK);
  });
}

/** Replaces the file by the text. Throws {@link UsageError} that names the file and says what can be done. */
export function writeOutputFile(file: string, text: string, calls: FileCalls = fs): void {
  explained(file, () => {
    const target = targetOf(file, calls);
    if (target.special) calls.writeFileSync(target.path, text);
    else replaceFile(target, text, calls);
  });
}

interface Target {
  readonly path: string;
  readonly exists: boolean;
  /** A device or pipe, such as /dev/null: written to, never replaced. */
  readonly special: boolean;
  readonly mode: number;
}

/** Where the text ends up: behind symbolic links, which stay what they are. */
function targetOf(file: string, calls: FileCalls): Target {
  const stats = calls.statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) {
    // a link to a file that is not there yet would be replaced; anything else is simply new
    if (!calls.statSync(dirname(file)).isDirectory()) throw withCode('ENOTDIR');
    if (file.endsWith('/')) throw withCode('EISDIR');
    return { path: file, exists: false, special: false, mode: 0o666 };
  }
  if (stats.isDirectory()) throw withCode('EISDIR');
  if (!stats.isFile()) return { path: file, exists: true, special: true, mode: stats.mode };
  return { path: calls.realpathSync(file), exists: true, special: false, mode: stats.mode & 0o777 };
}

function replaceFile(target: Target, text: string, calls: FileCalls): void {
  if (target.exists) calls.accessSync(target.path, fs.constants.W_OK);
  const aside = join(dirname(target.path), `.gup-vs-hmm-${process.pid}.tmp`);
  const descriptor = calls.openSync(aside, 'wx', target.mode);
  try {
    try {
      calls.writeFileSync(descriptor, text);
      calls.fsyncSync(descriptor);
    } finally {
      calls.closeSync(descriptor);
    }
    if (target.exists) calls.chmodSync(aside, target.mode);
    calls.renameSync(aside, target.path);
  } catch (error) {
    calls.unlinkSync(aside);
    throw error;
  }
}

function withCode(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function explained(file: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${writeProblem(error)}`, { cause: error });
  }
}

/** A failed write in words: what is wrong and what can be done. */
export function writeProblem(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}

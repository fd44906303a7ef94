/**
 * The kinds of log that can be imported, told apart by what their lines look like.
 */
import { scanPerfLine } from '../perf_trace/scanner.ts';
import { CLONE_FILES, CLONE_FS, CLONE_THREAD, CLONE_VM } from './constants.ts';
import type { ScannedLine } from './records.ts';
import { scanLine } from './scanner.ts';

export interface LogFormat {
  readonly name: 'strace' | 'perf trace';
  readonly scan: (text: string) => ScannedLine;
  /** Threads end on lines of their own; else with exit(2), and processes with exit_group(2). */
  readonly hasExitLines: boolean;
  /** What a clone shares whose flags are not printed; undefined: such a line cannot be used. */
  readonly unprintedCloneFlags: number | undefined;
  /** Paths of opens stand on later lines, so that the log has to be read twice. */
  readonly namesComeLater: boolean;
}

export const STRACE: LogFormat = {
  name: 'strace',
  scan: scanLine,
  hasExitLines: true,
  unprintedCloneFlags: undefined,
  namesComeLater: false,
};

export const PERF_TRACE: LogFormat = {
  name: 'perf trace',
  scan: scanPerfLine,
  hasExitLines: false,
  // clone3's flags are behind a pointer. glibc calls it for threads, and for posix_spawn, which shares memory as well.
  unprintedCloneFlags: CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_THREAD,
  namesComeLater: true,
};

/** The format of which that line is one; undefined if it could be of any, or of none. */
export function formatOfLine(text: string): LogFormat | undefined {
  for (const format of [STRACE, PERF_TRACE]) {
    const { kind } = format.scan(text);
    if (kind !== 'rejected' && kind !== 'note') return format;
  }
  return undefined;
}

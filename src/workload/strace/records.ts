/**
 * What one line of a strace log says, and the calls that lines are put together to.
 *
 * line text -> ScannedLine (scanner.ts) -> LogEvent (assemble.ts) -> LogEvent in order of birth (births.ts)
 */

/** The `= ...` part of a call. */
export interface CallResult {
  /** The returned number as printed: decimal, `0x...`, or `?` where the kernel returned none. */
  readonly value: string;
  /** Symbolic errno (also `ERESTART...` behind `?`), absent for success and for a bare `?`. */
  readonly errno?: string;
  /** Text behind the number: `</path>(deleted)`, ` (flags O_RDWR)`. */
  readonly rest: string;
}

/** What stands before the payload of a line. Clock texts stay as printed: the model uses the order of lines. */
export interface LinePrefix {
  /** Undefined when strace traced one process without `-f`, or printed to a terminal. */
  readonly pid: number | undefined;
  /** Command name, from `-Y`. */
  readonly command: string | undefined;
  readonly time: string | undefined;
}

/** One line, taken apart. */
export type ScannedLine =
  | {
      readonly kind: 'call';
      readonly prefix: LinePrefix;
      readonly name: string;
      readonly args: readonly string[];
      readonly result: CallResult;
      /** Seconds spent in the call, from `-T`. */
      readonly duration: string | undefined;
    }
  | { readonly kind: 'unfinished'; readonly prefix: LinePrefix; readonly name: string; readonly args: string }
  | { readonly kind: 'resumed'; readonly prefix: LinePrefix; readonly name: string; readonly rest: string }
  | { readonly kind: 'signal'; readonly prefix: LinePrefix; readonly signal: string }
  | { readonly kind: 'exit'; readonly prefix: LinePrefix; readonly how: ExitHow }
  /** Of perf trace: a page fault at an address (no path), or at an offset in the file of that path. */
  | ({ readonly kind: 'fault'; readonly prefix: LinePrefix } & PageFault)
  /** strace's own messages, stack traces (-k), empty lines. */
  | { readonly kind: 'note'; readonly attached: number | undefined }
  | { readonly kind: 'rejected'; readonly why: string };

export interface PageFault {
  /** The page had to be read in. */
  readonly major: boolean;
  /** Undefined if perf knew no mapping at the address. */
  readonly path: string | undefined;
  /** In bytes: into the file, or the address. */
  readonly at: bigint;
}

export type ExitHow =
  | { readonly by: 'exit'; readonly status: number }
  | { readonly by: 'signal'; readonly signal: string }
  /** The thread vanished since another thread of the process, `pid`, called execve and took its place. */
  | { readonly by: 'execve'; readonly pid: number };

/** One system call, both halves put together. */
export interface Call {
  readonly pid: number;
  readonly command: string | undefined;
  readonly name: string;
  readonly args: readonly string[];
  readonly result: CallResult;
  /** Printed time of the first half, and seconds spent in the call. */
  readonly time: string | undefined;
  readonly duration: string | undefined;
  /** 1-based line on which the call begins, and on which it ends: its effect applies there. */
  readonly startLine: number;
  readonly line: number;
}

export type LogEvent =
  /** First half of a call whose end comes later; `args` as far as they were printed. */
  | {
      readonly kind: 'begun';
      readonly pid: number;
      readonly name: string;
      readonly args: readonly string[];
      readonly line: number;
    }
  | { readonly kind: 'call'; readonly pid: number; readonly call: Call; readonly line: number }
  | { readonly kind: 'signal'; readonly pid: number; readonly signal: string; readonly line: number }
  | { readonly kind: 'exit'; readonly pid: number; readonly how: ExitHow; readonly line: number }
  | { readonly kind: 'fault'; readonly pid: number; readonly fault: PageFault; readonly line: number }
  /** A process or thread comes into being through `name(args)` of `pid`; before its own first line. */
  | {
      readonly kind: 'birth';
      readonly pid: number;
      readonly child: number;
      readonly name: string;
      readonly args: readonly string[];
      readonly line: number;
    }
  | { readonly kind: 'rejected'; readonly line: number; readonly text: string; readonly why: string };

/** True if the kernel carried the call out. */
export function succeeded(call: Call): boolean {
  return call.result.errno === undefined && call.result.value !== '?';
}

/** Characters of a line's own text that a message repeats. */
const QUOTED_MAX = 200;

/** A line, or an argument of it, that cannot be used; the line goes to the list of rejected ones. */
export class Unusable extends Error {
  override readonly name: string = 'Unusable';

  constructor(message: string) {
    super(message.slice(0, QUOTED_MAX));
  }
}

/** A path of which the log has only the address. */
export class PathNotShown extends Unusable {
  override readonly name = 'PathNotShown';
}

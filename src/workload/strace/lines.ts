/**
 * The lines of a log, plain or gzip, as they come: memory does not grow with the log.
 */
import { createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InputError } from '../input_error.ts';

const CHUNK_BYTES = 1 << 16;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** strace's lines are long with `-s 65536` and vectors of buffers, but not that long. */
const LINE_BYTES_MAX = 1 << 26;

/** Lines within which a byte that no text holds means that the file is no log at all. */
const PROBE_LINES = 300;

const A_LOG_IS = 'name one log file, as strace -f -y -o FILE writes it';

export interface LogLine {
  readonly text: string;
  /** 1-based. */
  readonly line: number;
  /** The line holds NUL bytes or invalid UTF-8; `text` shows what could be read. */
  readonly damaged: boolean;
}

const COMPRESSED: readonly (readonly [string, string])[] = [
  ['28b52ffd', 'zstd'],
  ['fd377a585a', 'xz'],
  ['425a68', 'bzip2'],
  ['504b0304', 'zip'],
];

/** A log file as a stream of lines. Read it once; then ask for its digest. */
export class LineSource {
  readonly #path: string;
  readonly #hash = createHash('sha256');
  #lines = 0;
  #bytesRead = 0;
  #bytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Lines given so far. */
  get lines(): number {
    return this.#lines;
  }

  /** Digest of the unpacked bytes, in hexadecimal; to be asked for once, after the last line. */
  sha256(): string {
    return this.#hash.digest('hex');
  }

  /** Bytes of the file read so far, packed as they are. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Bytes of the file; 0 for what has no size, such as a pipe, and before the first lines. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Gives every line without its end, some hundreds at a time. Throws InputError for a file that is missing, a
   * directory, not readable, empty, binary, or truncated gzip; what was given before the damage remains given.
   */
  async *read(): AsyncGenerator<LogLine[], void, undefined> {
    const handle = await this.#open();
    try {
      let rest: Buffer[] = [];
      let restBytes = 0;
      for await (const chunk of this.#unpacked(handle)) {
        this.#hash.update(chunk);
        const end = chunk.lastIndexOf(LINE_FEED) + 1;
        if (end > 0) {
          yield this.#split(
            rest.length === 0 ? chunk.subarray(0, end) : joined(rest, chunk.subarray(0, end)),
          );
          rest = [];
          restBytes = 0;
        }
        if (end === chunk.length) continue;
        rest.push(chunk.subarray(end));
        restBytes += chunk.length - end;
        if (restBytes > LINE_BYTES_MAX)
          throw this.#error('a line longer than 64 MiB', 'this is no strace log');
      }
      if (restBytes > 0) yield [this.#line(Buffer.concat(rest))];
      if (this.#lines === 0) throw this.#problem('the file is empty', 'was the log written with strace -o?');
    } finally {
      await handle.close();
    }
  }

  async #open(): Promise<FileHandle> {
    try {
      const handle = await open(this.#path, 'r');
      const found = await handle.stat();
      this.#bytes = found.size;
      if (!found.isDirectory()) return handle;
      await handle.close();
    } catch (error) {
      throw new InputError({ file: this.#path, ...openProblem(error) }, { cause: error });
    }
    throw this.#problem('is a directory', A_LOG_IS);
  }

  /** The file's bytes, unpacked if the first ones say gzip, whatever the file's name. */
  async *#unpacked(handle: FileHandle): AsyncGenerator<Buffer, void, undefined> {
    const chunks = this.#chunks(handle);
    const first = await chunks.next();
    if (first.done === true) return;
    const head = first.value;
    const packed = COMPRESSED.find(([magic]) => head.subarray(0, 6).toString('hex').startsWith(magic));
    if (packed !== undefined) {
      throw this.#problem(`is packed with ${packed[1]}`, 'unpack it first, or pack it with gzip');
    }
    const all = prepend(head, chunks);
    if (head[0] !== 0x1f || head[1] !== 0x8b) {
      yield* all;
      return;
    }
    try {
      yield* pipeline(all, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined);
    } catch (error) {
      throw this.#gzipError(error);
    }
  }

  async *#chunks(handle: FileHandle): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      this.#bytesRead += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  #gzipError(cause: unknown): InputError {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const problem = code === 'Z_BUF_ERROR' ? 'the gzip file is truncated' : 'the gzip file is damaged';
    const place = this.#lines === 0 ? {} : { line: this.#lines };
    const hint = this.#lines === 0 ? 'copy it again' : `copy it again; ${this.#lines} lines could be read`;
    return new InputError({ file: this.#path, ...place, problem, hint }, { cause });
  }

  #problem(problem: string, hint: string): InputError {
    return new InputError({ file: this.#path, problem, hint });
  }

  /** A problem of the line that comes next. */
  #error(problem: string, hint: string): InputError {
    return new InputError({ file: this.#path, line: this.#lines + 1, problem, hint });
  }

  /** Splits bytes that end with a line's end. */
  #split(bytes: Buffer): LogLine[] {
    const lines: LogLine[] = [];
    const clean = !bytes.includes(0) && isUtf8(bytes);
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(LINE_FEED, start);
      // Each line becomes a string of its own: pieces of one large string, kept as paths are, would keep it all.
      if (!clean) lines.push(this.#line(bytes.subarray(start, end)));
      else lines.push({ text: textOf(bytes, start, end), line: ++this.#lines, damaged: false });
      start = end + 1;
    }
    return lines;
  }

  #line(bytes: Buffer): LogLine {
    const damaged = bytes.includes(0) || !isUtf8(bytes);
    if (damaged && this.#lines < PROBE_LINES) {
      throw this.#error(
        bytes.includes(0) ? 'NUL bytes' : 'invalid UTF-8',
        'this is a binary file, not an strace log',
      );
    }
    return { text: textOf(bytes, 0, bytes.length), line: ++this.#lines, damaged };
  }
}

/** The line in [start, end), without the carriage return that some editors leave behind. */
function textOf(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end);
}

function joined(rest: readonly Buffer[], last: Buffer): Buffer {
  return Buffer.concat([...rest, last]);
}

/** What to say about a file that cannot be opened; `error` as node throws it. */
export function openProblem(error: unknown): { problem: string; hint: string } {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return { problem: 'no such file', hint: 'check the path' };
  if (code === 'EISDIR') return { problem: 'is a directory', hint: A_LOG_IS };
  if (code === 'EACCES' || code === 'EPERM') {
    return {
      problem: 'no permission to read it',
      hint: 'a log that root wrote is often readable by root only',
    };
  }
  return { problem: `cannot be read (${String(code)})`, hint: 'check the path' };
}

async function* prepend(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  yield first;
  yield* rest;
}

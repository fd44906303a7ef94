/**
 * The lines of a log, plain or gzip, one at a time: memory does not grow with the log.
 */
import { createHash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InputError } from '../input_error.ts';

const CHUNK_BYTES = 1 << 18;

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

  /**
   * Gives every line without its end. Throws InputError for a file that is missing, a directory, not readable,
   * empty, binary, or truncated gzip; what was given before the damage remains given.
   */
  async *read(): AsyncGenerator<LogLine, void, undefined> {
    const handle = await this.#open();
    try {
      let rest: Buffer = Buffer.alloc(0);
      for await (const chunk of this.#unpacked(handle)) {
        this.#hash.update(chunk);
        const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
        const end = bytes.lastIndexOf(10) + 1;
        for (const line of this.#split(bytes.subarray(0, end))) yield line;
        rest = bytes.subarray(end);
        if (rest.length > LINE_BYTES_MAX)
          throw this.#error('a line longer than 64 MiB', 'this is no strace log');
      }
      if (rest.length > 0) yield this.#line(rest);
      if (this.#lines === 0) throw this.#problem('the file is empty', 'was the log written with strace -o?');
    } finally {
      await handle.close();
    }
  }

  async #open(): Promise<FileHandle> {
    try {
      const handle = await open(this.#path, 'r');
      if (!(await handle.stat()).isDirectory()) return handle;
      await handle.close();
    } catch (error) {
      throw new InputError({ file: this.#path, ...openProblem(error) }, { cause: error });
    }
    throw this.#problem('is a directory', A_LOG_IS);
  }

  /** The file's bytes, unpacked if the first ones say gzip, whatever the file's name. */
  async *#unpacked(handle: FileHandle): AsyncGenerator<Buffer, void, undefined> {
    const chunks = readChunks(handle);
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
  *#split(bytes: Buffer): Generator<LogLine, void, undefined> {
    if (bytes.length === 0) return;
    if (!bytes.includes(0) && isUtf8(bytes)) {
      const texts = bytes.toString('utf8', 0, bytes.length - 1).split('\n');
      for (const text of texts) yield { text: withoutReturn(text), line: ++this.#lines, damaged: false };
      return;
    }
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(10, start);
      yield this.#line(bytes.subarray(start, end));
      start = end + 1;
    }
  }

  #line(bytes: Buffer): LogLine {
    const damaged = bytes.includes(0) || !isUtf8(bytes);
    if (damaged && this.#lines < PROBE_LINES) {
      throw this.#error(
        bytes.includes(0) ? 'NUL bytes' : 'invalid UTF-8',
        'this is a binary file, not an strace log',
      );
    }
    return { text: withoutReturn(bytes.toString('utf8')), line: ++this.#lines, damaged };
  }
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
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

async function* readChunks(handle: FileHandle): AsyncGenerator<Buffer, void, undefined> {
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function* prepend(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  yield first;
  yield* rest;
}

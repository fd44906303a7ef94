/**
 * A log of any length: the logs of the catalogue one after the other, over and over, each time as other processes.
 *
 *     node --import tsx benchmarks/long_log.ts FILE [LINES]
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { argv } from 'node:process';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { createGunzip } from 'node:zlib';
import { CATALOGUE } from '../src/index.ts';

export const MILLION = 1_000_000;

/** The pid that a line begins with. */
const OWN = /^\d+/;
/** The pid that a fork-like call returns, and the thread that took over in execve. */
const OTHER = /(?<=\b(?:v?fork|clone3?)\b.* = |superseded by execve in pid )[1-9]\d*/;

/** Gives the same process another pid in each repetition of a log. */
class FreshPids {
  #last = 0;
  #ofLog = new Map<string, number>();

  nextLog(): void {
    this.#ofLog = new Map();
  }

  replace = (pid: string): string => {
    const fresh = this.#ofLog.get(pid) ?? ++this.#last;
    this.#ofLog.set(pid, fresh);
    return String(fresh);
  };
}

async function* longLog(lines: number): AsyncGenerator<string, void, undefined> {
  const pids = new FreshPids();
  const files = CATALOGUE.filter(({ kind }) => kind === 'log').map(({ file }) => file);
  for (let left = lines; left > 0;) {
    for (const file of files) {
      pids.nextLog();
      for await (const line of createInterface({ input: createReadStream(file).pipe(createGunzip()) })) {
        if (left-- <= 0) return;
        yield `${line.replace(OWN, pids.replace).replace(OTHER, pids.replace)}\n`;
      }
    }
  }
}

/** Writes a log of that many lines. */
export async function writeLongLog(path: string, lines: number): Promise<void> {
  await pipeline(Readable.from(longLog(lines), { objectMode: true }), createWriteStream(path));
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  const [, , path, lines] = argv;
  if (path === undefined) throw new Error('FILE [LINES]');
  await writeLongLog(path, lines === undefined ? MILLION : Number(lines));
}

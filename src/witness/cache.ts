/**
 * The one folder in which everything is fetched, unpacked and built. An entry is either whole or absent: it is
 * made in a folder of its own beside its place and renamed when it is complete, so that a run that is killed
 * or runs out of disk leaves nothing that a later run takes for good.
 */
import { mkdir, mkdtemp, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { hasItsContents, noteContents } from './contents.ts';
import { endLeftOverGuest } from './left_over_guest.ts';
import { systemErrorCode, WitnessError } from './witness_error.ts';

const PARTIAL = '.partial-';
/** In a run's folder: the process id of its QEMU. */
export const PID_FILE = 'qemu.pid';

/** `$XDG_CACHE_HOME/gup-vs-hmm`, or what the user named. */
export function cacheFolder(named?: string, env: NodeJS.ProcessEnv = process.env): string {
  if (named !== undefined) return resolve(named);
  const base = env['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'gup-vs-hmm');
}

export class Cache {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Creates the folder if need be and takes away what dead runs left half made. */
  static async open(folder: string): Promise<Cache> {
    try {
      await mkdir(folder, { recursive: true });
      const cache = new Cache(folder);
      await cache.removeWreckage();
      await rm(await cache.runFolder(), { recursive: true });
      return cache;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new WitnessError(
        'setup',
        `Cannot use ${folder} as the cache: ${reason}. Name another with --cache.`,
      );
    }
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  async has(name: string): Promise<boolean> {
    return (await stat(this.path(name)).catch(() => undefined)) !== undefined;
  }

  /** True if the entry is there with all that was in it when it was made; one that is not whole is taken away. */
  async hasWhole(name: string): Promise<boolean> {
    if (!(await this.has(name))) return false;
    if (await hasItsContents(this.path(name))) return true;
    await rm(this.path(name), { recursive: true, force: true });
    return false;
  }

  /** A new folder for one run, which removes it; if it cannot, the next run does. */
  async runFolder(): Promise<string> {
    return mkdtemp(this.path(`run${PARTIAL}${process.pid}-`));
  }

  /**
   * The entry `name`, made by `make` in an empty folder when it is not there yet. `make` may fail in any way:
   * the entry is then absent, its folder gone, and a full disk is said as such.
   */
  async entry(name: string, make: (folder: string) => Promise<void>): Promise<string> {
    const place = this.path(name);
    if (await this.hasWhole(name)) return place;
    const aside = await mkdtemp(`${place}${PARTIAL}${process.pid}-`).catch((error: unknown) => {
      throw this.inWords(error);
    });
    try {
      await make(aside);
      await noteContents(aside);
      await rename(aside, place);
    } catch (error) {
      await rm(aside, { recursive: true, force: true });
      // Two runs at once: the other one was quicker, and its entry is as good.
      if (['ENOTEMPTY', 'EEXIST'].includes(systemErrorCode(error) ?? '') && (await this.has(name)))
        return place;
      throw this.inWords(error);
    }
    return place;
  }

  /** Removes what older versions of an entry left: all names `kind-` and a digest, but the one to keep. */
  async removeOlder(kind: string, keep: string): Promise<void> {
    for (const name of await readdir(this.folder)) {
      const older = name.startsWith(`${kind}-`) && /^[0-9a-f]{12}$/.test(name.slice(kind.length + 1));
      if (older && name !== keep) await rm(this.path(name), { recursive: true, force: true });
    }
  }

  /** Throws unless `bytes` more fit on the disk. `what` reads as in "fetching the packages". */
  async requireSpace(bytes: number, what: string): Promise<void> {
    const { bavail, bsize } = await statfs(this.folder);
    const free = bavail * bsize;
    if (free >= bytes) return;
    throw new WitnessError(
      'setup',
      `Not enough disk for ${what}: ${megabytes(bytes)} needed in ${this.folder}, ${megabytes(free)} free. ` +
        'Make room, or name another place with --cache.',
    );
  }

  /** The error, or in its place one that says that the disk is full. */
  inWords(error: unknown): unknown {
    const full = systemErrorCode(error) === 'ENOSPC' || String(error).includes('No space left on device');
    if (!full) return error;
    return new WitnessError(
      'setup',
      `The disk under ${this.folder} is full; what was half made is removed. Make room, or name another place with --cache.`,
    );
  }

  private async removeWreckage(): Promise<void> {
    for (const name of await readdir(this.folder)) {
      const pid = Number(/\.partial-(\d+)-/.exec(name)?.[1]);
      if (!Number.isInteger(pid) || isAlive(pid)) continue;
      await endLeftOverGuest(this.path(name), this.path(name, PID_FILE));
      await rm(this.path(name), { recursive: true, force: true });
    }
  }
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000)} MB`;
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}

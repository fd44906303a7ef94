/** Programs of the unpacked tree, run and taken along with its own libraries, never with the host's. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun } from './run_command.ts';
import { WitnessError } from './witness_error.ts';

const LIBRARIES = ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu'];
const LOADER = 'ld-linux-x86-64.so.2';
const PROGRAMS = ['usr/sbin', 'sbin', 'usr/bin', 'bin'];

export class ToolsTree {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** Where a program of this name is. */
  async program(name: string): Promise<string> {
    for (const folder of PROGRAMS) {
      const path = join(this.root, folder);
      if ((await readdir(path).catch((): string[] => [])).includes(name)) return join(path, name);
    }
    throw new WitnessError(
      'setup',
      `The cache has no ${name} in ${this.root}. Remove that folder and run again.`,
    );
  }

  /** The loader of the tree's own C library. */
  get loader(): string {
    return join(this.root, LIBRARIES[0] ?? '', LOADER);
  }

  /** What to run, and with which first arguments, so that a program gets the tree's libraries. */
  async commandFor(name: string): Promise<readonly [program: string, ...args: string[]]> {
    return [this.loader, '--library-path', this.libraryPath(), await this.program(name)];
  }

  /** Paths of the shared libraries that a program needs, without the loader itself. */
  async librariesOf(program: string): Promise<string[]> {
    const listing = await mustRun('Listing the libraries of a guest program', this.loader, [
      '--library-path',
      this.libraryPath(),
      '--list',
      program,
    ]);
    return parseLibraries(listing, program);
  }

  /** Where QEMU finds the parts of itself that it loads when asked for. */
  get qemuModules(): string {
    return join(this.root, LIBRARIES[1] ?? '', 'qemu');
  }

  private libraryPath(): string {
    return LIBRARIES.map((folder) => join(this.root, folder)).join(':');
  }
}

/** The loader's `libm.so.6 => /path/libm.so.6 (0x...)` lines; a library that was not found is an error. */
export function parseLibraries(listing: string, program: string): string[] {
  return listing.split('\n').flatMap((line) => {
    const match = /^\s*(\S+) => (\S+|not found)(?: \(|$)/.exec(line);
    if (match === null) return [];
    if (match[2] === 'not found')
      throw new WitnessError('setup', `${program} needs ${match[1] ?? '?'}, which is not there.`);
    return match[2] !== undefined && !match[2].endsWith(LOADER) ? [match[2]] : [];
  });
}

/**
 * Setups: a memory kind, a kernel release and a driver turned into what a session is built from.
 */
import type { Driver } from '../drivers/driver.ts';
import { ext4, ext4_pagecache } from '../kernel/fs/ext4.ts';
import type { Filesystem } from '../kernel/fs/filesystem.ts';
import { xfs, xfs_pagecache } from '../kernel/fs/xfs.ts';
import type { Capacities } from '../kernel/kernel.ts';
import { releaseNamed } from '../kernel/release/releases.ts';
import type { Setup } from './session.ts';

/** What memory the files lie in. */
export const MEMORY_KINDS = [
  { name: 'ext4_dax', title: 'a file on ext4 mounted with dax=always', filesystem: ext4 },
  { name: 'xfs_dax', title: 'a file on XFS mounted with dax=always', filesystem: xfs },
  { name: 'ext4', title: 'a file on ext4 through the page cache', filesystem: ext4_pagecache },
  { name: 'xfs', title: 'a file on XFS through the page cache', filesystem: xfs_pagecache },
] as const satisfies readonly { name: string; title: string; filesystem: Filesystem }[];

export type MemoryKind = (typeof MEMORY_KINDS)[number]['name'];

/** Throws RangeError for a name that is not in {@link MEMORY_KINDS}. */
export function filesystemOf(memory: string): Filesystem {
  const kind = MEMORY_KINDS.find((candidate) => candidate.name === memory);
  if (kind === undefined)
    throw new RangeError(`unknown memory ${memory}: one of ${MEMORY_KINDS.map((m) => m.name).join(', ')}`);
  return kind.filesystem;
}

/** Room for short runs of small files. */
export const SMALL: Capacities = {
  tasks: 14,
  inodes: 5,
  filePages: 32,
  mms: 4,
  addressPages: 64,
  vmas: 40,
  regions: 4,
  stackCells: 160,
};

/** The runs store has no capacities; only the size of a stack counts. */
const UNBOUNDED: Capacities = {
  tasks: 1,
  inodes: 1,
  filePages: 1,
  mms: 1,
  addressPages: 1,
  vmas: 1,
  regions: 1,
  stackCells: 160,
};

/** Frames for every page of every small file, and for as many that only pins keep. */
const SMALL_CACHE = 2 * SMALL.inodes * SMALL.filePages;

/** 256 TiB of 4 KiB blocks: no log fills it. */
const LARGE_BLOCKS = 2 ** 36;

export interface SetupOptions {
  readonly memory: string;
  readonly kernel: string;
  readonly driver: Driver;
  readonly costs: Readonly<Record<string, number>>;
}

/** Frames of the page cache of a setup; a DAX file needs none. */
const cachePagesOf = (filesystem: Filesystem, pages: number): number => (filesystem.dax ? 0 : pages);

/** For the replay of a log or a scenario: any size of file; by default runs of like pages are one step. */
export function replaySetup(options: SetupOptions, devices: number, grain: Setup['grain'] = 'run'): Setup {
  const filesystem = filesystemOf(options.memory);
  return {
    filesystem,
    release: releaseNamed(options.kernel),
    driver: options.driver,
    costs: options.costs,
    store: 'runs',
    capacities: UNBOUNDED,
    blocks: LARGE_BLOCKS,
    anonPages: 2 ** 30,
    cachePages: cachePagesOf(filesystem, LARGE_BLOCKS),
    pmd_pages: 512,
    grain,
    durability: true,
    devices: Math.max(1, devices),
    patches: [],
  };
}

/** For generated runs and exploration: small files, each page a step, and huge pages small enough to be met. */
export function smallSetup(options: SetupOptions, changes: Partial<Setup> = {}): Setup {
  const filesystem = filesystemOf(options.memory);
  return {
    filesystem,
    release: releaseNamed(options.kernel),
    driver: options.driver,
    costs: options.costs,
    store: 'dense',
    capacities: SMALL,
    blocks: 64,
    anonPages: 48,
    cachePages: cachePagesOf(filesystem, SMALL_CACHE),
    pmd_pages: 4,
    grain: 'page',
    durability: true,
    devices: 2,
    patches: [],
    ...changes,
  };
}

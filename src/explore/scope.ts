/**
 * What a search is about: a file of a few blocks, operations on it, devices that mirror it or pin it, on one filesystem and kernel.
 *
 * The claim is about exactly that, without a bound on time: devices and the users of short pins go on for ever, each operation is
 * done once, at any moment.
 */
import type { FsOp } from './fs_ops.ts';

export interface Scope {
  /** Written pages of the file, all of which every device is given. */
  readonly blocks: number;
  /** Each is done once, by a task of its own. */
  readonly fsOps: readonly FsOp[];
  /** Devices that mirror the mapping and write to all of it again and again. */
  readonly mirrors: number;
  /** Users that do direct I/O into the mapping again and again: pages are pinned for the time of one transfer. */
  readonly shortPins: number;
  /** Users that pin the mapping once and never let go; their devices write to it again and again. */
  readonly longPins: number;
  /** Processes that the owner of the mapping forks off, each of which stores to the first page once. */
  readonly forks: number;
  /** As `--memory` and `--kernel` take them. */
  readonly memory: string;
  readonly kernel: string;
  /** Names of the driver of mirrors and of the one of pins. */
  readonly mirrorDriver: string;
  readonly pinDriver: string;
}

/** As many regions as a small setup has room for. */
export const REGIONS_MAX = 4;
/** More make a state space that nothing finishes. */
export const BLOCKS_MAX = 8;
export const FS_OPS_MAX = 4;
export const FORKS_MAX = 2;

const BASE: Scope = {
  blocks: 1,
  fsOps: ['truncate'],
  mirrors: 1,
  shortPins: 0,
  longPins: 0,
  forks: 0,
  memory: 'ext4_dax',
  kernel: 'linux-6.1',
  mirrorDriver: 'hmm_mirror',
  pinDriver: 'gup',
};

/** A scope by name: what differs from one block, one truncate and one mirror on ext4 of 6.1. */
export interface NamedScope {
  readonly name: string;
  readonly title: string;
  readonly scope: Scope;
}

const named = (name: string, title: string, changes: Partial<Scope>): NamedScope => ({
  name,
  title,
  scope: { ...BASE, ...changes },
});

/** From the smallest up. */
export const LADDER: readonly NamedScope[] = [
  named('tiny', '1 block, truncate, 1 mirror', {}),
  named('tiny_long_pin', '1 block, truncate, 1 long pin', { mirrors: 0, longPins: 1 }),
  named('tiny_short_pin', '1 block, truncate, 1 short pin', { mirrors: 0, shortPins: 1 }),
  named('small', '2 blocks, truncate, 1 mirror', { blocks: 2 }),
  named('small_punch', '2 blocks, punch, 1 mirror', { blocks: 2, fsOps: ['punch'] }),
  named('mixed', '2 blocks, truncate, 1 mirror and 1 short pin', { blocks: 2, shortPins: 1 }),
  named('two_ops', '2 blocks, truncate and punch, 1 mirror', { blocks: 2, fsOps: ['truncate', 'punch'] }),
  named('two_mirrors', '2 blocks, truncate, 2 mirrors', { blocks: 2, mirrors: 2 }),
  named('wide', '2 blocks, truncate and punch, 2 mirrors', {
    blocks: 2,
    fsOps: ['truncate', 'punch'],
    mirrors: 2,
  }),
];

/** The base that single options change. */
export const DEFAULT_SCOPE = BASE;

/** The scope of that name, or undefined. */
export function scopeNamed(name: string): Scope | undefined {
  return LADDER.find((one) => one.name === name)?.scope;
}

/** Throws RangeError, which says what is too much or missing. */
export function checkScope({ blocks, fsOps, mirrors, shortPins, longPins, forks }: Scope): void {
  if (blocks < 1 || blocks > BLOCKS_MAX) throw new RangeError(`blocks: 1 to ${BLOCKS_MAX}, not ${blocks}`);
  if (fsOps.length > FS_OPS_MAX) throw new RangeError(`fs-ops: at most ${FS_OPS_MAX}, not ${fsOps.length}`);
  const regions = mirrors + shortPins + longPins;
  if (regions > REGIONS_MAX)
    throw new RangeError(`mirrors and pins: at most ${REGIONS_MAX} together, not ${regions}`);
  if (forks > FORKS_MAX) throw new RangeError(`forks: at most ${FORKS_MAX}, not ${forks}`);
  if (regions + fsOps.length + forks === 0)
    throw new RangeError('the scope is empty: nothing would ever step');
}

/** One line: `2 blocks, truncate and punch, 2 mirrors, ext4_dax, linux-6.1`. */
export function scopeTitle(scope: Scope): string {
  const count = (number: number, what: string): string[] =>
    number === 0 ? [] : [`${number} ${what}${number === 1 ? '' : 's'}`];
  return [
    ...count(scope.blocks, 'block'),
    ...(scope.fsOps.length === 0 ? [] : [scope.fsOps.join(' and ')]),
    ...count(scope.mirrors, `mirror`),
    ...count(scope.shortPins, 'short pin'),
    ...count(scope.longPins, 'long pin'),
    ...count(scope.forks, 'fork'),
    scope.memory,
    scope.kernel,
  ].join(', ');
}

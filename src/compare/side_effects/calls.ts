/**
 * The calls whose fate behind a wait is looked at, as operations of the model, in the order of the published table
 * (`src/witness/side_effects.md`). What the model does not have is named with the reason.
 */
import type { Offset } from '../../workload/offset.ts';
import type { Operation } from '../../workload/operation.ts';
import { LAYOUT } from './layout.ts';

/** A call as an operation of the model, or why it has none. */
export interface EffectCall {
  readonly id: string;
  readonly op?: Operation;
  readonly notModelled?: string;
  /** Leaves the filesystem frozen. */
  readonly freezes?: boolean;
}

const { file, neighbour, clone, elsewhere, fresh, map, pages, pinnedPage, presentPage, holePage } = LAYOUT;

const at = (page: number): Offset => ({ page, byte: 0 });
const page = (which: number, number: number) => ({ file: which, start: at(number), end: at(number + 1) });
const address = (number: number) => ({ from: map + number, to: map + number + 1 });

/** A device of the bystander's own on one page: region 1. */
const attach = (number: number): Operation => ({
  kind: 'attach',
  region: 1,
  ...address(number),
  ...{ perTransfer: false, survivesExit: false, writable: true },
});

const call = (id: string, op: Operation): EffectCall => ({ id, op });
const without = (notModelled: string, ...ids: readonly string[]): EffectCall[] =>
  ids.map((id) => ({ id, notModelled }));

const ATTRIBUTES = 'attributes of a file beyond its size and blocks are not part of the model';
const TWO_DRIVERS = 'a run of the model has one driver, which is the one that holds';
const NAMES = 'the model has no directory contents, only the lock of one directory';
const POSITIONS = 'the model has no file positions and no listing of extents';
const WHOLE_FILESYSTEM = 'no call of the model writes a whole filesystem back but freeze and umount';

/** In the order of the table of the probe program. */
export const EFFECT_CALLS: readonly EffectCall[] = [
  ...without(ATTRIBUTES, 'stat', 'fstat'),
  call('open', { kind: 'open', file }),
  call('close', { kind: 'close', file }),
  call('read', { kind: 'read', ...page(file, 0) }),
  call('pread', { kind: 'read', ...page(file, presentPage) }),
  call('write', { kind: 'write', ...page(file, 0) }),
  call('pwrite', { kind: 'write', ...page(file, presentPage) }),
  // A DAX file has no page cache to go around: O_DIRECT takes the same path (K165).
  call('odirect_read', { kind: 'read', ...page(file, presentPage) }),
  call('odirect_write', { kind: 'write', ...page(file, presentPage) }),
  call('mmap', {
    kind: 'mmap',
    ...{ file, pgoff: 0, shared: true, writable: true, from: LAYOUT.newMap, to: LAYOUT.newMap + 1 },
  }),
  call('munmap', { kind: 'munmap', from: map, to: map + pages }),
  call('load_pinned', { kind: 'load', ...address(pinnedPage) }),
  call('load_present', { kind: 'load', ...address(presentPage) }),
  call('load_hole', { kind: 'load', ...address(holePage) }),
  call('store_present', { kind: 'store', ...address(presentPage) }),
  call('store_hole', { kind: 'store', ...address(holePage) }),
  call('msync', { kind: 'msync', from: map, to: map + pages }),
  call('pin_pinned', attach(pinnedPage)),
  call('pin_present', attach(presentPage)),
  ...without(TWO_DRIVERS, 'device_fault_pinned', 'device_fault_present'),
  call('fsync', { kind: 'fsync', file }),
  call('fallocate', { kind: 'alloc', ...page(file, holePage), keepSize: true }),
  call('punch_after', { kind: 'punch', ...page(file, presentPage) }),
  call('truncate_mid', { kind: 'truncate', file, size: at(8) }),
  call('truncate_grow', { kind: 'truncate', file, size: at(32) }),
  ...without(POSITIONS, 'fiemap', 'seek_hole'),
  ...without(ATTRIBUTES, 'fchmod', 'utimens', 'getxattr', 'setxattr'),
  ...without('the model has no file locks', 'flock'),
  ...without('a file of the model has one name', 'link'),
  call('unlink', { kind: 'unlink', file }),
  call('rename', { kind: 'rename', file }),
  call('reflink_from', {
    kind: 'reflink',
    ...{ source: file, file: clone, at: at(0), start: at(0), end: at(pages) },
  }),
  call('create', { kind: 'open', file: fresh }),
  ...without(NAMES, 'lookup'),
  call('unlink_neighbour', { kind: 'unlink', file: neighbour }),
  call('rename_neighbour', { kind: 'rename', file: neighbour }),
  ...without(NAMES, 'readdir', 'mkdir'),
  call('read_elsewhere', { kind: 'read', ...page(elsewhere, 0) }),
  call('write_elsewhere', { kind: 'write', ...page(elsewhere, 0) }),
  call('fsync_elsewhere', { kind: 'fsync', file: elsewhere }),
  ...without(WHOLE_FILESYSTEM, 'sync', 'syncfs'),
  ...without('the model does not count free blocks for user space', 'statfs'),
  { id: 'freeze', op: { kind: 'freeze' }, freezes: true },
  call('umount', { kind: 'umount' }),
  call('drop_caches', { kind: 'drop_caches' }),
];

/** Throws for an id that is not in {@link EFFECT_CALLS}. */
export function effectCall(id: string): EffectCall {
  const found = EFFECT_CALLS.find((known) => known.id === id);
  if (found === undefined) throw new RangeError(`no call named ${id}`);
  return found;
}

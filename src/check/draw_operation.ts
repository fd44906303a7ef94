/**
 * One operation of each kind, drawn so that it makes sense where the generator believes the task to be. A kind that
 * makes no sense there gives null.
 */
import type { Offset } from '../workload/offset.ts';
import type { Operation, OperationKind } from '../workload/operation.ts';
import { between, type Chance, often, oneOf, partOf } from './draw.ts';
import {
  FILE_PAGES,
  INSERT_PAGES,
  INSERTS_MAX,
  type Mapping,
  MAPPING_PLACES,
  PLACE_PAGES,
  type Region,
  REGIONS_MAX,
  SPACES_MAX,
  USER_TASKS_MAX,
  type World,
} from './world.ts';

type Draw = (chance: Chance, world: World, task: number) => Operation | null;

/** File 0 is the one that devices are given most often; the others are bystanders. Strangers have a file each. */
const drawFile = (chance: Chance, world: World, task: number): number => {
  if (world.strangers && often(chance, 90)) return world.spaces[task] === 0 ? 0 : 1;
  return often(chance, 75) ? 0 : chance.below(world.files.length);
};

/** Pages at which something begins or ends: mostly where others do too. */
const drawBytes = (chance: Chance, world: World): number =>
  world.aligned || often(chance, 80) ? 0 : (oneOf(chance, [1, 512, 2048, 4095]) as number);

function drawRange(chance: Chance, world: World, task: number): { file: number; start: Offset; end: Offset } {
  const { from, to } = partOf(chance, 0, FILE_PAGES);
  const start = { page: from, byte: drawBytes(chance, world) };
  const ends = world.aligned || often(chance, 85) ? { page: to, byte: 0 } : { page: to - 1, byte: 4095 };
  // The end lies beyond the start whatever bytes were drawn.
  const end = ends.page === start.page && ends.byte <= start.byte ? { page: to, byte: 0 } : ends;
  return { file: drawFile(chance, world, task), start, end };
}

/** Whole pages, as COLLAPSE_RANGE and INSERT_RANGE want them; sometimes not, to be refused. */
function drawShift(chance: Chance, world: World, task: number): { file: number; start: Offset; end: Offset } {
  const from = chance.below(FILE_PAGES - INSERT_PAGES);
  const byte = often(chance, 5) ? 512 : 0;
  return {
    file: drawFile(chance, world, task),
    start: { page: from, byte },
    end: { page: from + between(chance, 1, INSERT_PAGES), byte: 0 },
  };
}

function mappingOf(chance: Chance, world: World, task: number): Mapping | undefined {
  const mm = world.spaces[task] as number;
  return oneOf(
    chance,
    world.mappings.filter((mapping) => mapping.mm === mm),
  );
}

/** Part of a mapping of the task, mostly; now and then pages where nothing is mapped. */
function drawAddresses(chance: Chance, world: World, task: number): { from: number; to: number } | null {
  if (often(chance, 3)) return partOf(chance, 0, MAPPING_PLACES[0] as number);
  const mapping = mappingOf(chance, world, task);
  return mapping === undefined ? null : partOf(chance, mapping.from, mapping.to);
}

const fileRange =
  (kind: 'read' | 'write' | 'punch' | 'unshare'): Draw =>
  (chance, world, task) => ({ kind, ...drawRange(chance, world, task) });

const sizedRange =
  (kind: 'alloc' | 'zero'): Draw =>
  (chance, world, task) => ({ kind, ...drawRange(chance, world, task), keepSize: often(chance, 50) });

type AdviceKind = Extract<OperationKind, `madvise_${string}`>;

const addresses =
  (kind: 'load' | 'store' | 'msync' | AdviceKind): Draw =>
  (chance, world, task) => {
    const range = drawAddresses(chance, world, task);
    return range === null ? null : { kind, ...range };
  };

/** Where user space flushes itself: mostly what it mapped for that. */
const drawPersist: Draw = (chance, world, task) => {
  const mm = world.spaces[task] as number;
  const mapping = oneOf(
    chance,
    world.mappings.filter((candidate) => candidate.mm === mm && candidate.sync),
  );
  if (mapping === undefined) return null;
  return {
    kind: 'persist',
    ...(often(chance, 60)
      ? { from: mapping.from, to: mapping.to }
      : partOf(chance, mapping.from, mapping.to)),
  };
};

/** Mostly a whole mapping: only then can a file end up without any. */
const drawMunmap: Draw = (chance, world, task) => {
  const whole = often(chance, 65) ? mappingOf(chance, world, task) : undefined;
  const range = whole ?? drawAddresses(chance, world, task);
  return range === null ? null : { kind: 'munmap', from: range.from, to: range.to };
};

const fileOnly =
  (kind: 'open' | 'close' | 'open_trunc' | 'fsync' | 'unlink'): Draw =>
  (chance, world, task) => ({ kind, file: drawFile(chance, world, task) });

const drawTruncate: Draw = (chance, world, task) => ({
  kind: 'truncate',
  file: drawFile(chance, world, task),
  // To nothing often: that takes away whatever a device was given.
  size: { page: often(chance, 40) ? 0 : chance.below(FILE_PAGES), byte: drawBytes(chance, world) },
});

/** Whole pages of one file into another, or elsewhere into the same one. */
const drawRemap =
  (kind: 'reflink' | 'dedupe'): Draw =>
  (chance, world, task) => {
    const file = drawFile(chance, world, task);
    const source = often(chance, 80) ? world.files.length - 1 - file : file;
    const { from, to } = partOf(chance, 0, Math.max(1, world.files[source]?.size.page ?? 1));
    // What is the same is mostly in the same place: it was shared before.
    const at = often(chance, kind === 'dedupe' ? 70 : 40) ? from : chance.below(FILE_PAGES - (to - from) + 1);
    const [start, end] = [from, to].map((page) => ({ page, byte: 0 })) as [Offset, Offset];
    return { kind, file, source, start, end, at: { page: at, byte: 0 } };
  };

const drawMemoryFailure: Draw = (chance, world, task) => {
  const file = drawFile(chance, world, task);
  return { kind: 'memory_failure', file, page: chance.below(Math.max(1, world.files[file]?.size.page ?? 1)) };
};

const drawInsert: Draw = (chance, world, task) => {
  const range = drawShift(chance, world, task);
  if ((world.inserts[range.file] as number) >= INSERTS_MAX) return null;
  return { kind: 'insert', ...range };
};

const drawMmap: Draw = (chance, world, task) => {
  const mm = world.spaces[task] as number;
  const taken = new Set(
    world.mappings.filter((mapping) => mapping.mm === mm).map((mapping) => placeOf(mapping.from)),
  );
  const free = MAPPING_PLACES.filter((place) => !taken.has(place));
  if (free.length === 0) return null;
  const file = drawFile(chance, world, task);
  const pages = Math.max(1, (world.files[file]?.size.page ?? 1) + (often(chance, 30) ? 1 : 0));
  const pgoff = often(chance, 70) ? 0 : chance.below(pages);
  const place = oneOf(chance, free) as number;
  const length = often(chance, 70) ? pages - pgoff : between(chance, 1, pages - pgoff);
  // Private mappings are what fork copies.
  const shared = often(chance, world.forks ? 50 : 88);
  return {
    kind: 'mmap',
    file,
    from: place,
    to: place + length,
    pgoff,
    shared,
    writable: often(chance, 85),
    sync: shared && world.syncs && often(chance, 60),
  };
};

const placeOf = (from: number): number => MAPPING_PLACES.findLast((place) => place <= from) as number;

/** A whole mapping becomes longer or shorter where it is, or moves to a free place, all of it or the first pages. */
const drawMremap: Draw = (chance, world, task) => {
  const mapping = mappingOf(chance, world, task);
  if (mapping === undefined) return null;
  if (often(chance, 25)) {
    const newTo = mapping.from + between(chance, 1, Math.min(PLACE_PAGES, mapping.to - mapping.from + 2));
    const range = { from: mapping.from, to: mapping.to, newFrom: mapping.from, newTo };
    return { kind: 'mremap', ...range, dontUnmap: false };
  }
  const taken = new Set(world.mappings.map(({ from }) => placeOf(from)));
  const newFrom = oneOf(
    chance,
    MAPPING_PLACES.filter((place) => !taken.has(place)),
  );
  const { from, to } = mapping;
  if (newFrom === undefined) return null;
  const dontUnmap = often(chance, 15);
  const pages = dontUnmap ? to - from : between(chance, 1, to - from);
  return { kind: 'mremap', from, to, newFrom, newTo: newFrom + pages, dontUnmap };
};

/** Mostly to reading only and back; sometimes no access at all. */
const drawMprotect: Draw = (chance, world, task) => {
  const whole = often(chance, 40) ? mappingOf(chance, world, task) : undefined;
  const range = whole ?? drawAddresses(chance, world, task);
  if (range === null) return null;
  const writable = often(chance, 45);
  const readable = often(chance, writable ? 95 : 70);
  return { kind: 'mprotect', from: range.from, to: range.to, readable, writable };
};

/** A task more, as long as there is room. */
const drawFork: Draw = (_chance, world) => {
  const spaces = Math.max(...world.spaces) + 1;
  if (world.spaces.length >= USER_TASKS_MAX || spaces >= SPACES_MAX) return null;
  return { kind: 'fork', child: world.spaces.length };
};

const drawAttach: Draw = (chance, world, task) => {
  const mapping = mappingOf(chance, world, task);
  const own = Array.from({ length: REGIONS_MAX }, (_, index) => index).filter((index) => {
    const owner = world.owners.get(index);
    return (owner === undefined || owner === task) && !world.regions.some((region) => region.index === index);
  });
  const region = own[0];
  if (mapping === undefined || region === undefined) return null;
  const range = often(chance, 60)
    ? { from: mapping.from, to: mapping.to }
    : partOf(chance, mapping.from, mapping.to);
  return {
    kind: 'attach',
    region,
    ...range,
    perTransfer: often(chance, 30),
    survivesExit: often(chance, 10),
    // Pins for reading are what has to unshare pages that a fork has shared.
    writable: often(chance, world.forks && !mapping.shared ? 50 : 92) ? mapping.writable : !mapping.writable,
  };
};

/**
 * A region that the task attached. Only one task makes calls on a region: drivers hold a lock of their own over each
 * call, which the model leaves out.
 */
function regionOf(chance: Chance, world: World, task: number): Region | undefined {
  return oneOf(
    chance,
    world.regions.filter((region) => region.task === task),
  );
}

const drawDma =
  (kind: 'dma_read' | 'dma_write'): Draw =>
  (chance, world, task) => {
    const region = regionOf(chance, world, task);
    if (region === undefined || (kind === 'dma_write' && !region.writable && often(chance, 90))) return null;
    const whole = often(chance, 50);
    const range = whole ? { from: region.from, to: region.to } : partOf(chance, region.from, region.to);
    return { kind, region: region.index, ...range, fence: often(chance, 25) };
  };

const drawDetach: Draw = (chance, world, task) => {
  const region = regionOf(chance, world, task);
  return region === undefined ? null : { kind: 'detach', region: region.index };
};

const drawSignalFence: Draw = (chance, world, task) => {
  const region = regionOf(chance, world, task);
  return region === undefined ? null : { kind: 'signal_fence', region: region.index };
};

const drawSignal: Draw = (chance, world, task) => {
  const others = world.spaces.map((_, other) => other).filter((other) => other !== task);
  return { kind: 'signal', to: oneOf(chance, others) as number };
};

/** By kind; `rename` is left out: it takes the locks that unlink takes and frees what unlink frees. */
export const DRAW: Partial<Record<OperationKind, Draw>> = {
  truncate: drawTruncate,
  open_trunc: fileOnly('open_trunc'),
  punch: fileRange('punch'),
  zero: sizedRange('zero'),
  collapse: (chance, world, task) => ({ kind: 'collapse', ...drawShift(chance, world, task) }),
  insert: drawInsert,
  unshare: fileRange('unshare'),
  reflink: drawRemap('reflink'),
  dedupe: drawRemap('dedupe'),
  freeze: () => ({ kind: 'freeze' }),
  umount: () => ({ kind: 'umount' }),
  drop_caches: () => ({ kind: 'drop_caches' }),
  memory_failure: drawMemoryFailure,
  alloc: sizedRange('alloc'),
  unlink: fileOnly('unlink'),
  read: fileRange('read'),
  write: fileRange('write'),
  fsync: fileOnly('fsync'),
  msync: addresses('msync'),
  open: fileOnly('open'),
  close: fileOnly('close'),
  mmap: drawMmap,
  munmap: drawMunmap,
  mremap: drawMremap,
  madvise_dontneed: addresses('madvise_dontneed'),
  madvise_remove: addresses('madvise_remove'),
  madvise_free: addresses('madvise_free'),
  madvise_pageout: addresses('madvise_pageout'),
  madvise_dontfork: addresses('madvise_dontfork'),
  mprotect: drawMprotect,
  clear_refs: () => ({ kind: 'clear_refs' }),
  fork: drawFork,
  load: addresses('load'),
  store: addresses('store'),
  persist: drawPersist,
  exit: () => ({ kind: 'exit' }),
  signal: drawSignal,
  attach: drawAttach,
  detach: drawDetach,
  dma_read: drawDma('dma_read'),
  dma_write: drawDma('dma_write'),
  signal_fence: drawSignalFence,
};

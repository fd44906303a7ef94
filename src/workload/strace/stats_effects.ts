/**
 * The counts that need the state: how often things happened to files that were mapped at that moment.
 */
import { endPage } from './address_space.ts';
import type { AddressSpace, Mapping, PathCounts } from './address_space.ts';
import * as C from './constants.ts';
import type { Effect, EffectSource, FallocateKind } from './effects.ts';
import type { FileObject } from './file_object.ts';
import { countLine, countCall } from './stats_lines.ts';
import type { Call, ScannedLine } from './records.ts';
import { addTo, emptyStats } from './stats.ts';
import type { StraceStats } from './stats.ts';

export class StatsCounter {
  readonly stats: StraceStats = emptyStats();
  readonly #mappedPaths: PathCounts;

  /** `mappedPaths`: live mappings by path, as the world keeps them. */
  constructor(mappedPaths: PathCounts) {
    this.#mappedPaths = mappedPaths;
  }

  line(scanned: ScannedLine, text: string): void {
    countLine(this.stats, scanned, text);
  }

  call(call: Call): void {
    countCall(this.stats, call);
  }

  neverResumed(count: number): void {
    this.#add('never_resumed', count);
  }

  /** Must be called before the state changes any further. */
  effect(effect: Effect, source: EffectSource): void {
    const ok = source.errno === undefined;
    switch (effect.kind) {
      case 'open':
        this.#opened(effect);
        break;
      case 'unknown_descriptor':
        this.#add('fd_unknown_origin');
        break;
      case 'truncate':
        if (ok) this.#truncated(effect.file, effect.size, effect.path, source.mm);
        break;
      case 'fallocate':
        this.#fallocated(effect, source);
        break;
      case 'unlink':
      case 'rename':
        this.#unnamed(effect);
        break;
      case 'map':
        this.#mapped(effect, ok);
        break;
      case 'fault':
        this.#add(effect.major ? 'page_faults_major' : 'page_faults_minor');
        if (effect.isData) this.#add('page_faults_of_data');
        break;
      case 'not_modelled':
        addTo(this.stats.notModelled, effect.name);
        break;
      default:
        if (ok) this.#touched(effect);
    }
  }

  #add(name: string, by = 1): void {
    addTo(this.stats.counts, name, by);
  }

  #reachesOffset(offset: bigint): void {
    if (offset > this.stats.maxOffset) this.stats.maxOffset = offset;
  }

  #opened(effect: Extract<Effect, { kind: 'open' }>): void {
    if (effect.anonymous) this.#add('anonymous_inode_files');
    if (!effect.truncated) return;
    this.#add('open_trunc');
    if (effect.open.file.mappings.size > 0) this.#add('open_trunc_live');
  }

  #truncated(file: FileObject, size: bigint, path: string, mm: AddressSpace): void {
    this.#reachesOffset(size);
    this.#add('truncate_ok');
    if (file.isData) this.#add('truncate_data');
    this.#live('truncate', file, path, mm, (mapping) => endOf(mapping) > size);
  }

  #fallocated(effect: Extract<Effect, { kind: 'fallocate' }>, source: EffectSource): void {
    const name = `fallocate_${effect.mode}`;
    this.#add(name);
    if (source.errno !== undefined || effect.file === undefined) return;
    this.#reachesOffset(effect.end);
    this.#add(`${name}_ok`);
    this.#live(name, effect.file, effect.path, source.mm, affects(effect.mode, effect.start, effect.end));
  }

  /** The `_live*` and `_overlap*` counts of one successful call. */
  #live(
    name: string,
    file: FileObject,
    path: string,
    mm: AddressSpace,
    covers: (mapping: Mapping) => boolean,
  ): void {
    const names = liveNames(name);
    if ((this.#mappedPaths.get(path) ?? 0) > 0) this.#add(names.path);
    if (file.mappings.size === 0) return;
    const mappings = [...file.mappings];
    const own = mappings.filter((mapping) => mapping.mm === mm);
    this.#add(names.live);
    if (mappings.some((mapping) => mapping.shared)) this.#add(names.shared);
    if (own.length > 0) this.#add(names.own);
    if (mappings.some(covers)) this.#add(names.overlap);
    if (own.some(covers)) this.#add(names.overlapOwn);
  }

  #unnamed(effect: Extract<Effect, { kind: 'unlink' | 'rename' }>): void {
    const file = effect.kind === 'unlink' ? effect.file : effect.over;
    if (effect.kind === 'unlink' && file === undefined) this.#add('unlink_of_unknown');
    if (file !== undefined && file.mappings.size > 0) {
      this.#add(effect.kind === 'unlink' ? 'unlink_live' : 'rename_over_live');
    }
  }

  #mapped(effect: Extract<Effect, { kind: 'map' }>, ok: boolean): void {
    for (const word of flagWords(effect.flags)) addTo(this.stats.mmapFlagWords, word);
    this.#add('mmap');
    if (effect.anonymous) {
      this.#add('mmap_anon');
      return;
    }
    if (ok) this.#reachesOffset(BigInt(effect.pgoff) << 12n);
    this.#add('mmap_file');
    if (effect.shared) this.#add('mmap_file_shared');
    if (effect.shared && effect.writable) this.#add('mmap_file_shared_writable');
    if (!ok || effect.file?.isData !== true) return;
    this.#add('mmap_data');
    if (effect.shared) this.#add('mmap_data_shared');
  }

  /** Successful calls on ranges of memory. */
  #touched(effect: Effect): void {
    if (effect.kind === 'advise') this.#add(`madvise:${effect.word}`);
    if (!('parts' in effect) || effect.parts.length === 0) return;
    if (effect.kind === 'unmap' && !effect.fixed) {
      this.#add('munmap_of_file');
      if (effect.parts.some((part) => part.file.isData)) this.#add('munmap_of_data');
    }
    const name = OF_FILE[effect.kind];
    if (name !== undefined) this.#add(name);
  }
}

const OF_FILE: Readonly<Record<string, string>> = {
  remap: 'mremap_of_file',
  advise: 'madvise_of_file',
  msync: 'msync_of_file',
  protect: 'mprotect_of_file',
};

interface LiveNames {
  readonly live: string;
  readonly path: string;
  readonly shared: string;
  readonly own: string;
  readonly overlap: string;
  readonly overlapOwn: string;
}

const LIVE_NAMES = new Map<string, LiveNames>();

/** The names of the counts about mapped files, made once for each kind of call. */
function liveNames(name: string): LiveNames {
  const found = LIVE_NAMES.get(name);
  if (found !== undefined) return found;
  const names = {
    live: `${name}_live`,
    path: `${name}_live_path`,
    shared: `${name}_live_shared`,
    own: `${name}_live_mm`,
    overlap: `${name}_overlap`,
    overlapOwn: `${name}_overlap_mm`,
  };
  LIVE_NAMES.set(name, names);
  return names;
}

/** File offset behind a mapping, in bytes. */
function endOf(mapping: Mapping): bigint {
  return BigInt(endPage(mapping)) << 12n;
}

/** Which mappings cover a byte that fallocate affects: collapse and insert move all that lies behind. */
function affects(mode: FallocateKind, start: bigint, end: bigint): (mapping: Mapping) => boolean {
  if (mode === 'collapse' || mode === 'insert') return (mapping) => endOf(mapping) > start;
  return (mapping) => endOf(mapping) > start && BigInt(mapping.pgoff) << 12n < end;
}

/** The words of mmap flags; the sharing type is one of three values, not bits. */
function flagWords(flags: number): string[] {
  const type = ['', 'MAP_SHARED', 'MAP_PRIVATE', 'MAP_SHARED_VALIDATE'][flags & C.MAP_TYPE] ?? '';
  const bits = Object.entries(C.MAP_FLAGS).filter(([, bit]) => bit > C.MAP_TYPE && (flags & bit) !== 0);
  return [...(type === '' ? [] : [type]), ...bits.map(([word]) => word)];
}

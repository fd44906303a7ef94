/**
 * The counts of a log: how often each thing happened, and how often to a file that was mapped at that moment.
 *
 * `live`: some traced address space maps the file when the call ends; `overlap`: such a mapping covers a byte
 * that the call affects; `_mm`: a mapping of the caller itself; `_path`: files told apart by path alone.
 * `truncate_*`, `fallocate_*_*`: successful calls only. Names that never occur are absent, which means 0.
 */

/** Everything counted about one log; see the top of this file for the words in the names. */
export interface StraceStats {
  calls: number;
  readonly counts: Map<string, number>;
  /** Calls by name. */
  readonly syscalls: Map<string, number>;
  /** `name:ERRNO`; `?` for calls that returned nothing. */
  readonly errors: Map<string, number>;
  readonly signals: Map<string, number>;
  /** Words in the flags of all mmap calls. */
  readonly mmapFlagWords: Map<string, number>;
  /** Largest offset in bytes among those of mmap, sizes of truncate, and ends of fallocate ranges. */
  maxOffset: bigint;
  /** Lines that no scanner can take apart. */
  unparsed: number;
  /** What changes data files or mappings and is not modelled, by name. */
  readonly notModelled: Map<string, number>;
}

export function addTo(counts: Map<string, number>, name: string, by = 1): void {
  if (by !== 0) counts.set(name, (counts.get(name) ?? 0) + by);
}

export function emptyStats(): StraceStats {
  return {
    calls: 0,
    counts: new Map(),
    syscalls: new Map(),
    errors: new Map(),
    signals: new Map(),
    mmapFlagWords: new Map(),
    maxOffset: 0n,
    unparsed: 0,
    notModelled: new Map(),
  };
}

/** The counts as `import LOG --stats --json` prints them; names in alphabetical order, absent ones are 0. */
export interface StatsDocument {
  readonly calls: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly syscalls: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  readonly signals: Readonly<Record<string, number>>;
  readonly mmap_flag_words: Readonly<Record<string, number>>;
  readonly unparsed: number;
  readonly not_modelled: Readonly<Record<string, number>>;
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Everything but the largest offset, which no JavaScript number can hold. */
export function statsDocument(stats: StraceStats): StatsDocument {
  return {
    calls: stats.calls,
    counts: sorted(stats.counts),
    syscalls: sorted(stats.syscalls),
    errors: sorted(stats.errors),
    signals: sorted(stats.signals),
    mmap_flag_words: sorted(stats.mmapFlagWords),
    unparsed: stats.unparsed,
    not_modelled: sorted(stats.notModelled),
  };
}

/** The counts as JSON text, `max_offset` among them as an exact integer of any size. */
export function statsJson(stats: StraceStats, extra: Readonly<Record<string, string | number>> = {}): string {
  const text = JSON.stringify({ ...extra, ...statsDocument(stats) }, null, 2);
  return `${text.slice(0, -2)},\n  "max_offset": ${stats.maxOffset}\n}\n`;
}

/**
 * Effects on data files to the operations of a workload.
 *
 * Files and tasks have provisional numbers until the log ends (workload_parts.ts), since only then it is known which
 * files are regular.
 */
import type { FileIndex, Operation } from '../operation.ts';
import type { LoggedResult, WorkloadOp } from '../workload.ts';
import { NO_RESULT } from './call_context.ts';
import type { Mapping } from './address_space.ts';
import type { Effect, EffectSource } from './effects.ts';
import type { FileObject } from './file_object.ts';
import { Numbering } from './numbering.ts';
import { SharedOffsets } from './shared_offsets.ts';

type Of<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

const SUCCEEDED: LoggedResult = {};

/** Advice that is an operation of its own. */
const ADVICE = {
  MADV_DONTNEED: 'madvise_dontneed',
  MADV_REMOVE: 'madvise_remove',
  MADV_FREE: 'madvise_free',
  MADV_PAGEOUT: 'madvise_pageout',
  MADV_DONTFORK: 'madvise_dontfork',
} as const;

/** True for advice that an operation stands for. */
export function isModelledAdvice(word: string): word is keyof typeof ADVICE {
  return word in ADVICE;
}

/** An operation of a log: a line and an ending are always there. */
export type CollectedOp = Required<WorkloadOp>;

/** Collects the operations of a log in the order in which its calls ended. */
export class OperationCollector {
  /** Tasks are indices into World.tasks, files into {@link files}. */
  readonly ops: CollectedOp[] = [];
  /** For operations that name no file, by their index: those that they are about. */
  readonly touched = new Map<number, readonly FileIndex[]>();
  readonly files = new Numbering<FileObject>();

  readonly #offsets = new SharedOffsets();

  effect(effect: Effect, source: EffectSource): void {
    switch (effect.kind) {
      case 'open':
      case 'found':
      case 'close':
        this.#onDescriptor(effect, source);
        break;
      case 'truncate':
      case 'sync':
      case 'fallocate':
      case 'read':
      case 'write':
      case 'reflink':
      case 'dedupe':
        this.#onFile(effect, source);
        break;
      case 'unlink':
      case 'rename':
        this.#onName(effect, source);
        break;
      case 'map':
        this.#onMap(effect, source);
        break;
      case 'unmap':
      case 'remap':
      case 'advise':
      case 'msync':
      case 'protect':
        this.#onRange(effect, source);
        break;
      case 'fault':
        this.#onFault(effect, source);
        break;
      case 'fork':
        this.#add(source, { kind: 'fork', child: effect.child }, effect.files);
        break;
      case 'freeze':
      case 'thaw':
      case 'clear_refs':
      case 'exit':
        this.#add(source, { kind: effect.kind });
        break;
      case 'lock':
      case 'not_modelled':
      case 'unknown_descriptor':
        break;
    }
  }

  // Operations are written out field by field: an object that is spread into another one takes twice the memory.
  #add({ task, line, errno }: EffectSource, op: Operation, touched?: readonly FileObject[]): void {
    // A call that the kernel restarts appears again; one that never returned may not have taken place.
    if (errno === NO_RESULT || errno?.startsWith('ERESTART') === true) return;
    const index = this.ops.push({ task, op, line, logged: errno === undefined ? SUCCEEDED : { errno } }) - 1;
    if (touched !== undefined)
      this.touched.set(
        index,
        touched.map((file) => this.files.of(file)),
      );
  }

  #onDescriptor(effect: Of<'open' | 'found' | 'close'>, source: EffectSource): void {
    const { file } = effect.open;
    if (!file.isModelled) return;
    if (effect.kind === 'open' && !effect.usable) return;
    if (effect.kind === 'close' && !effect.modelled) return;
    const truncates = effect.kind === 'open' && effect.truncated;
    const kind = effect.kind === 'close' ? 'close' : truncates ? 'open_trunc' : 'open';
    // Whatever the call returned that dropped or made it, the description is gone, or there.
    this.#add({ ...source, errno: undefined }, { kind, file: this.files.of(file) });
  }

  #onFile(
    effect: Of<'truncate' | 'sync' | 'fallocate' | 'read' | 'write' | 'reflink' | 'dedupe'>,
    source: EffectSource,
  ): void {
    if (effect.file?.isModelled !== true) return;
    const file = this.files.of(effect.file);
    switch (effect.kind) {
      case 'sync':
        this.#add(source, { kind: 'fsync', file });
        break;
      case 'truncate':
        this.#add(source, { kind: 'truncate', file, size: this.#offsets.of(effect.size) });
        break;
      case 'fallocate':
        this.#onFallocate(effect, file, source);
        break;
      case 'read':
      case 'write':
        this.#add(source, {
          kind: effect.kind,
          file,
          start: this.#offsets.of(effect.start),
          end: this.#offsets.of(effect.end),
        });
        break;
      case 'reflink':
      case 'dedupe': {
        const origin = this.files.of(effect.source);
        const at = this.#offsets.of(effect.at);
        const [start, end] = [this.#offsets.of(effect.start), this.#offsets.of(effect.end)];
        this.#add(source, { kind: effect.kind, file, source: origin, start, end, at });
      }
    }
  }

  #onFallocate(effect: Of<'fallocate'>, file: FileIndex, source: EffectSource): void {
    const { mode, keepSize } = effect;
    if (mode === 'other') return;
    const [start, end] = [this.#offsets.of(effect.start), this.#offsets.of(effect.end)];
    if (mode === 'alloc' || mode === 'zero') this.#add(source, { kind: mode, file, keepSize, start, end });
    else this.#add(source, { kind: mode, file, start, end });
  }

  #onName(effect: Of<'unlink' | 'rename'>, source: EffectSource): void {
    if (effect.file?.isModelled !== true) return;
    const file = this.files.of(effect.file);
    if (effect.kind === 'unlink') {
      if (effect.last) this.#add(source, { kind: 'unlink', file });
      return;
    }
    const { over } = effect;
    if (over !== undefined && over.isModelled && over.opened && effect.lastName) {
      this.#add(source, { kind: 'rename', file, over: this.files.of(over) });
    } else if (effect.file.opened) {
      this.#add(source, { kind: 'rename', file });
    }
  }

  #onMap(effect: Of<'map'>, source: EffectSource): void {
    const { from, to, pgoff, shared, writable, sync } = effect;
    if (effect.file?.isModelled !== true) return;
    const file = this.files.of(effect.file);
    if (sync) this.#add(source, { kind: 'mmap', file, pgoff, shared, writable, sync, from, to });
    else this.#add(source, { kind: 'mmap', file, pgoff, shared, writable, from, to });
  }

  /** Calls on a range of memory: kept where they touch a mapping of the workload. */
  #onRange(effect: Of<'unmap' | 'remap' | 'advise' | 'msync' | 'protect'>, source: EffectSource): void {
    const parts = effect.parts.filter((part) => part.file.isModelled);
    const [first] = parts;
    if (first === undefined) return;
    const { from, to } = effect;
    const files = parts.map((part) => part.file);
    if (effect.kind === 'unmap') this.#add(source, { kind: 'munmap', from, to }, files);
    else if (effect.kind === 'remap') this.#onRemap(effect, first, source);
    else if (source.errno !== undefined) this.#onPages(effect, { from, to }, files, source);
    else for (const run of runs(parts, from, to)) this.#onPages(effect, run, run.files, source);
  }

  /** Calls that change no mapping's place; memory beside the data files is not in the workload. */
  #onPages(
    effect: Of<'advise' | 'msync' | 'protect'>,
    { from, to }: { readonly from: number; readonly to: number },
    files: readonly FileObject[],
    source: EffectSource,
  ): void {
    if (effect.kind === 'msync') this.#add(source, { kind: 'msync', from, to }, files);
    else if (effect.kind === 'protect') {
      const { readable, writable } = effect;
      this.#add(source, { kind: 'mprotect', readable, writable, from, to }, files);
    } else if (isModelledAdvice(effect.word)) {
      this.#add(source, { kind: ADVICE[effect.word], from, to }, files);
    }
  }

  #onRemap(effect: Of<'remap'>, first: Mapping, source: EffectSource): void {
    const { from, to, newFrom, newTo } = effect;
    if (!effect.duplicates) {
      const kept = effect.keepsOld ? { dontUnmap: true } : {};
      this.#add(source, { kind: 'mremap', from, to, newFrom, newTo, ...kept }, [first.file]);
      return;
    }
    // mremap with an old length of 0 leaves the old mapping and makes a second one.
    const { shared, writable } = first;
    const pgoff = first.pgoff + (from - first.from);
    const file = this.files.of(first.file);
    this.#add(source, { kind: 'mmap', file, pgoff, shared, writable, from: newFrom, to: newTo });
  }

  /** A log does not tell whether a fault was for reading or writing: that the page was touched is certain. */
  #onFault({ mapping, page }: Of<'fault'>, source: EffectSource): void {
    if (mapping?.file.isModelled !== true) return;
    this.#add(source, { kind: 'load', from: page, to: page + 1 }, [mapping.file]);
  }
}

interface Run {
  readonly from: number;
  to: number;
  readonly files: FileObject[];
}

/** The mapped parts of [from, to), in order of address: those that touch each other are one. */
function runs(parts: readonly Mapping[], from: number, to: number): Run[] {
  const found: Run[] = [];
  for (const part of parts) {
    const start = Math.max(from, part.from);
    const end = Math.min(to, part.to);
    const last = found.at(-1);
    if (last?.to === start) {
      last.to = end;
      last.files.push(part.file);
    } else found.push({ from: start, to: end, files: [part.file] });
  }
  return found;
}

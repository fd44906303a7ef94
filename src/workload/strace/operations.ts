/**
 * Effects on data files to the operations of a workload.
 *
 * Operations are kept with their file objects until the log ends (workload_parts.ts), since only then it is
 * known which files are regular.
 */
import type { FileIndex, Operation } from '../operation.ts';
import { offsetFromBytes } from '../offset.ts';
import type { Offset } from '../offset.ts';
import { NO_RESULT } from './call_context.ts';
import type { Effect, EffectSource } from './effects.ts';
import type { FileObject } from './file_object.ts';

/** Gives a file's index in the finished workload. */
export type IndexOf = (file: FileObject) => FileIndex;

/** An operation whose files have no index yet. */
export interface PendingOperation {
  /** Index into World.tasks. */
  readonly task: number;
  readonly line: number;
  readonly errno: string | undefined;
  /** Files it is about: it is dropped if one turns out to be a directory or a device. */
  readonly files: readonly FileObject[];
  readonly build: (indexOf: IndexOf) => Operation;
}

type Of<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

function span(effect: { readonly start: bigint; readonly end: bigint }): { start: Offset; end: Offset } {
  return { start: offsetFromBytes(effect.start), end: offsetFromBytes(effect.end) };
}

/** Collects the operations of a log in the order in which its calls ended. */
export class OperationCollector {
  readonly pending: PendingOperation[] = [];

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
        this.#onRange(effect, source);
        break;
      case 'exit':
        this.#add(source, [], () => ({ kind: 'exit' }));
        break;
      case 'protect':
      case 'lock':
      case 'not_modelled':
      case 'unknown_descriptor':
        break;
    }
  }

  #add(source: EffectSource, files: readonly FileObject[], build: PendingOperation['build']): void {
    const { task, line, errno } = source;
    // A call that the kernel restarts appears again; one that never returned may not have taken place.
    if (errno === NO_RESULT || errno?.startsWith('ERESTART') === true) return;
    this.pending.push({ task, line, errno, files, build });
  }

  #onDescriptor(effect: Of<'open' | 'found' | 'close'>, source: EffectSource): void {
    const { open } = effect;
    const { file } = open;
    if (!file.isModelled) return;
    // Whatever the call returned that dropped or made it, the description is gone, or there.
    const certain = { ...source, errno: undefined };
    if (effect.kind === 'close') {
      if (open.modelled) this.#add(certain, [file], (indexOf) => ({ kind: 'close', file: indexOf(file) }));
      return;
    }
    if (effect.kind === 'open' && !effect.usable) return;
    open.modelled = true;
    const kind = effect.kind === 'open' && effect.truncated ? 'open_trunc' : 'open';
    this.#add(certain, [file], (indexOf) => ({ kind, file: indexOf(file) }));
  }

  #onFile(effect: Of<'truncate' | 'sync' | 'fallocate' | 'read' | 'write'>, source: EffectSource): void {
    const { file } = effect;
    if (file?.isModelled !== true) return;
    const add = (build: (file: FileIndex) => Operation): void => {
      this.#add(source, [file], (indexOf) => build(indexOf(file)));
    };
    if (effect.kind === 'sync') {
      add((index) => ({ kind: 'fsync', file: index }));
    } else if (effect.kind === 'truncate') {
      const size = offsetFromBytes(effect.size);
      add((index) => ({ kind: 'truncate', file: index, size }));
    } else if (effect.kind === 'fallocate') {
      const range = span(effect);
      const { mode, keepSize } = effect;
      if (mode === 'alloc' || mode === 'zero')
        add((index) => ({ kind: mode, file: index, keepSize, ...range }));
      else if (mode !== 'other') add((index) => ({ kind: mode, file: index, ...range }));
    } else {
      const range = span(effect);
      const { kind } = effect;
      add((index) => ({ kind, file: index, ...range }));
    }
  }

  #onName(effect: Of<'unlink' | 'rename'>, source: EffectSource): void {
    const { file } = effect;
    if (file?.isModelled !== true) return;
    if (effect.kind === 'unlink') {
      if (effect.last) this.#add(source, [file], (indexOf) => ({ kind: 'unlink', file: indexOf(file) }));
      return;
    }
    const { over } = effect;
    if (over !== undefined && over.isModelled && over.opened && effect.lastName) {
      this.#add(source, [file, over], (indexOf) => ({
        kind: 'rename',
        file: indexOf(file),
        over: indexOf(over),
      }));
    } else if (file.opened) {
      this.#add(source, [file], (indexOf) => ({ kind: 'rename', file: indexOf(file) }));
    }
  }

  #onMap(effect: Of<'map'>, source: EffectSource): void {
    const { file, from, to, pgoff, shared, writable } = effect;
    if (file?.isModelled !== true) return;
    this.#add(source, [file], (indexOf) => ({
      kind: 'mmap',
      file: indexOf(file),
      pgoff,
      shared,
      writable,
      from,
      to,
    }));
  }

  /** Calls on a range of memory: kept where they touch a mapping that the workload made. */
  #onRange(effect: Of<'unmap' | 'remap' | 'advise' | 'msync'>, source: EffectSource): void {
    const parts = effect.parts.filter((part) => part.modelled);
    const files = parts.map((part) => part.file);
    const [first] = parts;
    if (first === undefined) return;
    const { from, to } = effect;
    const add = (operation: Operation): void => {
      this.#add(source, files, () => operation);
    };
    if (effect.kind === 'unmap') add({ kind: 'munmap', from, to });
    else if (effect.kind === 'msync') add({ kind: 'msync', from, to });
    else if (effect.kind === 'remap') this.#onRemap(effect, first, source);
    else if (effect.word === 'MADV_DONTNEED') add({ kind: 'madvise_dontneed', from, to });
  }

  #onRemap(effect: Of<'remap'>, first: Of<'remap'>['parts'][number], source: EffectSource): void {
    const { from, to, newFrom, newTo } = effect;
    if (!effect.duplicates) {
      this.#add(source, [first.file], () => ({ kind: 'mremap', from, to, newFrom, newTo }));
      return;
    }
    // mremap with an old length of 0 leaves the old mapping and makes a second one.
    const { file, shared, writable } = first;
    const pgoff = first.pgoff + (from - first.from);
    const range = { from: newFrom, to: newTo };
    this.#add(source, [file], (indexOf) => ({
      kind: 'mmap',
      file: indexOf(file),
      pgoff,
      shared,
      writable,
      ...range,
    }));
  }
}

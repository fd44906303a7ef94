/**
 * What a handler of one system call works with: the state, the caller, and shorthands for its arguments.
 */
import { AT_FDCWD, argument, decodeDescriptor, decodeNote, decodeString } from './decode.ts';
import type { DescriptorText } from './decode.ts';
import type { Released } from './descriptors.ts';
import type { Effect } from './effects.ts';
import type { OpenFile } from './file_object.ts';
import { joinPath } from './namespace.ts';
import { succeeded } from './records.ts';
import type { Call } from './records.ts';
import type { Thread, World } from './world.ts';

/** Stands for the errno of a call that never returned. */
export const NO_RESULT = '?';

function isAboutData(effect: Effect): boolean {
  if ('parts' in effect) return effect.parts.some((mapping) => mapping.file.isModelled);
  return 'file' in effect && effect.file?.isModelled === true;
}

export class CallContext {
  readonly world: World;
  readonly thread: Thread;
  readonly call: Call;
  readonly ok: boolean;

  constructor(world: World, thread: Thread, call: Call) {
    this.world = world;
    this.thread = thread;
    this.call = call;
    this.ok = succeeded(call);
  }

  arg(index: number): string {
    return argument(this.call.args, index);
  }

  /** Reports an effect of the call; of a failed call, what it asked for. */
  emit(effect: Effect): void {
    const errno = this.ok ? undefined : (this.call.result.errno ?? NO_RESULT);
    this.world.emit(this.thread, this.call.startLine, effect, errno);
    // The process died inside the call: nobody can tell whether it took place.
    if (errno === NO_RESULT && isAboutData(effect)) this.notModelled(`${this.call.name}:no_result`);
  }

  notModelled(name: string = this.call.name): void {
    this.emit({ kind: 'not_modelled', name });
  }

  /** What to do with a description whose last descriptor this call takes away. */
  onRelease(): Released {
    return (open, modelled) => {
      this.emit({ kind: 'close', open, modelled });
    };
  }

  descriptor(index: number): DescriptorText {
    return decodeDescriptor(this.arg(index));
  }

  /** What the descriptor argument refers to; `counted` as in {@link World.lookUp}. */
  open(index: number, counted = false): OpenFile | undefined {
    return this.world.lookUp(this.thread, this.descriptor(index), this.call.startLine, counted);
  }

  /** The path in argument `index`, relative to the current directory. */
  path(index: number): string {
    return joinPath(this.thread.directory.cwd, decodeString(this.arg(index)));
  }

  /** The path in argument `index + 1`, relative to the directory in argument `index`. */
  pathAt(index: number): string {
    return joinPath(this.directory(index), decodeString(this.arg(index + 1)));
  }

  /** Path of the directory that a descriptor argument names; tells the current directory where `-y` shows it. */
  directory(index: number): string | undefined {
    const text = this.descriptor(index);
    if (text.fd === AT_FDCWD) {
      if (text.path !== undefined) this.changeDirectory(text.path);
      return this.thread.directory.cwd;
    }
    const file = this.thread.files.get(text.fd)?.file;
    if (file !== undefined) file.regular = false;
    return text.path ?? file?.path;
  }

  /** The current directory is `path`. */
  changeDirectory(path: string | undefined): void {
    if (path === this.thread.directory.cwd) return;
    this.thread.directory.cwd = path;
    if (path !== undefined) this.world.names.markDirectory(path);
  }

  /** The descriptor that the call returned. */
  newDescriptor(): DescriptorText {
    return { fd: Number(this.call.result.value), ...decodeNote(this.call.result.rest) };
  }
}

export type Handler = (context: CallContext) => void;

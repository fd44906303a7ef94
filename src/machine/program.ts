/**
 * Kernel paths as tables of labelled atomic steps.
 *
 * A path is a list of entries in C source order with named locals. An entry before which another CPU can
 * act (a label, the taking of a lock) begins a new atomic step; the entries after it run in the same step up to the next
 * such point, or up to a sleep, which ends the step. Unlocking begins no step: it belongs to the step before it, which
 * loses no behaviour, since it can only let others run (Lipton 1975, left mover).
 *
 * Paths are data: they can be printed, copied with one entry replaced (a planted fault) and compiled into one
 * array of instructions, and a task's position is a program counter and a frame in the state.
 */

/** Read and write access to the locals of one frame. */
export type Frame<L extends string> = Record<L, number>;

/**
 * A kernel function: a name, its locals (arguments among them) and its entries. A path with more locals can stand
 * where one with fewer is asked for.
 */
export interface Path<K, L extends string = never> {
  readonly name: string;
  readonly locals: readonly string[];
  readonly entries: readonly Entry<K>[];
  /** Never present: carries the type of the frame. */
  readonly frame?: Frame<L>;
}

/** A path whose locals the holder does not know. */
export type AnyPath<K> = Path<K>;

/** What an entry does, erased to the frame that runs it. */
export type Action<K> = (k: K, f: Frame<string>) => void;
export type Query<K> = (k: K, f: Frame<string>) => number;
export type Test<K> = (k: K, f: Frame<string>) => boolean;

/** The task states a sleep can be entered in, as in include/linux/sched.h. */
export type SleepState = 'TASK_INTERRUPTIBLE' | 'TASK_UNINTERRUPTIBLE';

export interface SleepKey {
  /** Number of the wait kind; the model that runs on the machine names them. */
  readonly kind: number;
  readonly a: number;
  readonly b: number;
}

export type Entry<K> =
  | { readonly op: 'label'; readonly name: string; readonly fact: string; readonly act: Action<K> | null }
  | { readonly op: 'act'; readonly name: string; readonly act: Action<K> }
  | { readonly op: 'mark'; readonly name: string }
  | { readonly op: 'jump'; readonly name: string; readonly target: string }
  | { readonly op: 'branch'; readonly name: string; readonly test: Test<K>; readonly target: string }
  | { readonly op: 'down'; readonly name: string; readonly lock: Query<K>; readonly write: boolean }
  | { readonly op: 'up'; readonly name: string; readonly lock: Query<K> }
  | { readonly op: 'downgrade'; readonly name: string; readonly lock: Query<K> }
  | {
      readonly op: 'sleep';
      readonly name: string;
      readonly key: (k: K, f: Frame<string>) => SleepKey;
      readonly state: SleepState;
      readonly exclusive: boolean;
    }
  | {
      readonly op: 'call';
      readonly name: string;
      readonly callee: (k: K, f: Frame<string>) => AnyPath<K>;
      readonly pass: (k: K, f: Frame<string>, callee: Frame<string>) => void;
      /** Present when the callee is always the same path. */
      readonly direct: AnyPath<K> | null;
    }
  | { readonly op: 'ret'; readonly name: string; readonly value: Query<K> };

/** The vocabulary in which a path is written; each word is one entry. */
export interface Steps<K, L extends string> {
  /** A point at which another CPU can act, then `act`. */
  label(name: string, fact: string, act?: (k: K, f: Frame<L>) => void): Entry<K>;
  /** Runs on in the same atomic step. */
  act(name: string, act: (k: K, f: Frame<L>) => void): Entry<K>;
  /** A place to jump to. */
  mark(name: string): Entry<K>;
  jump(target: string): Entry<K>;
  branch(name: string, test: (k: K, f: Frame<L>) => boolean, target: string): Entry<K>;
  /** Takes an rwsem or mutex; sleeps uninterruptibly, first come first served. */
  down_read(name: string, lock: (k: K, f: Frame<L>) => number): Entry<K>;
  down_write(name: string, lock: (k: K, f: Frame<L>) => number): Entry<K>;
  up(name: string, lock: (k: K, f: Frame<L>) => number): Entry<K>;
  downgrade_write(name: string, lock: (k: K, f: Frame<L>) => number): Entry<K>;
  /** schedule() after prepare_to_wait(): sleeps until woken, then goes on with the next entry. */
  sleep(name: string, state: SleepState, key: (k: K, f: Frame<L>) => SleepKey, exclusive?: boolean): Entry<K>;
  call<M extends string>(
    path: Path<K, M>,
    pass: (k: K, f: Frame<L>, callee: Frame<M>) => void,
    name?: string,
  ): Entry<K>;
  /** As `call`, through a table of operations (a filesystem's, a driver's). */
  invoke<M extends string>(
    name: string,
    callee: (k: K, f: Frame<L>) => Path<K, M>,
    pass: (k: K, f: Frame<L>, callee: Frame<M>) => void,
  ): Entry<K>;
  /** Returns to the caller with a value (0 when not given). */
  ret(value?: (k: K, f: Frame<L>) => number): Entry<K>;
}

/** The steps for paths of a model whose context is `K`. */
export function pathsFor<K>(): <const L extends string>(
  name: string,
  locals: readonly L[],
  body: (steps: Steps<K, L>) => readonly Entry<K>[],
) => Path<K, L> {
  return (name, locals, body) => ({ name, locals, entries: body(steps<K, (typeof locals)[number]>()) });
}

function steps<K, L extends string>(): Steps<K, L> {
  return {
    label: (name, fact, act) => ({ op: 'label', name, fact, act: (act as Action<K> | undefined) ?? null }),
    act: (name, act) => ({ op: 'act', name, act: act }),
    mark: (name) => ({ op: 'mark', name }),
    jump: (target) => ({ op: 'jump', name: `goto ${target}`, target }),
    branch: (name, test, target) => ({ op: 'branch', name, test: test, target }),
    down_read: (name, lock) => ({ op: 'down', name, lock: lock, write: false }),
    down_write: (name, lock) => ({ op: 'down', name, lock: lock, write: true }),
    up: (name, lock) => ({ op: 'up', name, lock: lock }),
    downgrade_write: (name, lock) => ({ op: 'downgrade', name, lock: lock }),
    sleep: (name, state, key, exclusive = false) => ({
      op: 'sleep',
      name,
      key: key,
      state,
      exclusive,
    }),
    call: (path, pass, name) => ({
      op: 'call',
      name: name ?? path.name,
      callee: () => path,
      pass: pass,
      direct: path,
    }),
    invoke: (name, callee, pass) => ({
      op: 'call',
      name,
      callee: callee,
      pass: pass,
      direct: null,
    }),
    ret: (value) => ({ op: 'ret', name: 'return', value: (value as Query<K> | undefined) ?? (() => 0) }),
  };
}

/** A planted change: the entry `at` of `path` becomes `entries`. */
export interface Patch<K> {
  readonly path: string;
  readonly at: string;
  readonly entries: readonly Entry<K>[];
  /** True: nothing is done where there is no such path (another filesystem). Otherwise that is an error. */
  readonly ifPresent?: boolean;
}

/** A copy of `path` with the patches that name it applied. Throws when a patch names an entry that is not there. */
export function patched<K>(path: AnyPath<K>, patches: readonly Patch<K>[]): readonly Entry<K>[] {
  let entries = path.entries;
  for (const patch of patches) {
    if (patch.path !== path.name) continue;
    if (!entries.some((entry) => entry.name === patch.at)) {
      throw new Error(`planted fault: ${path.name} has no entry ${patch.at}`);
    }
    entries = entries.flatMap((entry) => (entry.name === patch.at ? [...patch.entries] : [entry]));
  }
  return entries;
}

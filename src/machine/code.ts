/**
 * Paths compiled into one array of instructions: a program counter is an index into it.
 */
import {
  type Action,
  type AnyPath,
  type Entry,
  type Frame,
  type Patch,
  patched,
  type Query,
  type SleepKey,
  type SleepState,
  type Test,
} from './program.ts';

/** Cells of a frame before its locals: the return address and the caller's frame. */
export const FRAME_HEADER = 2;

export type InstructionKind =
  'act' | 'branch' | 'jump' | 'down' | 'up' | 'downgrade' | 'sleep' | 'call' | 'ret';

export interface Instruction<K> {
  readonly kind: InstructionKind;
  /** True: another CPU can act before this instruction. */
  readonly yields: boolean;
  /** Entry name within its path, and the fact it cites, if any. */
  readonly name: string;
  readonly fact: string;
  readonly path: CompiledPath<K>;
  readonly act: Action<K> | null;
  readonly test: Test<K> | null;
  readonly query: Query<K> | null;
  readonly write: boolean;
  readonly key: ((k: K, f: Frame<string>) => SleepKey) | null;
  readonly state: SleepState;
  readonly exclusive: boolean;
  readonly callee: ((k: K, f: Frame<string>) => AnyPath<K>) | null;
  readonly pass: ((k: K, f: Frame<string>, callee: Frame<string>) => void) | null;
  /** What a call always enters, as written and compiled; null when it is looked up for each call. */
  readonly callsAlways: AnyPath<K> | null;
  direct: CompiledPath<K> | null;
  /** Program counter of a branch or jump. */
  target: number;
}

export interface CompiledPath<K> {
  /** Its place in {@link Code.paths}. */
  readonly index: number;
  readonly name: string;
  readonly path: AnyPath<K>;
  readonly entry: number;
  /** Cells of its frame: header and locals. */
  readonly frameSize: number;
}

/** Compiled paths by identity, and their instructions. */
export interface Code<K> {
  readonly instructions: readonly Instruction<K>[];
  of(path: AnyPath<K>): CompiledPath<K>;
  readonly paths: readonly CompiledPath<K>[];
}

/** Compiles `roots` and every path they call directly, with planted changes applied. */
export function compile<K>(roots: readonly AnyPath<K>[], patches: readonly Patch<K>[] = []): Code<K> {
  const instructions: Instruction<K>[] = [];
  const compiled = new Map<AnyPath<K>, CompiledPath<K>>();
  const queue = [...roots];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    if (compiled.has(path)) continue;
    const entries = patched(path, patches);
    compiled.set(path, emit(path, compiled.size, entries, instructions));
    for (const entry of entries) if (entry.op === 'call' && entry.direct !== null) queue.push(entry.direct);
  }
  link(instructions, compiled);
  const names = [...compiled.values()].map((path) => path.name);
  for (const patch of patches) {
    if (!names.includes(patch.path) && patch.ifPresent !== true)
      throw new Error(`planted fault: there is no path ${patch.path}`);
  }
  return {
    instructions,
    paths: [...compiled.values()],
    of(path) {
      const found = compiled.get(path);
      if (found === undefined) throw new Error(`path ${path.name} is not in the program`);
      return found;
    },
  };
}

/** Fills in what direct calls enter, which may have been compiled after them. */
function link<K>(
  instructions: readonly Instruction<K>[],
  compiled: ReadonlyMap<AnyPath<K>, CompiledPath<K>>,
): void {
  for (const instruction of instructions) {
    if (instruction.callsAlways !== null) instruction.direct = compiled.get(instruction.callsAlways) ?? null;
  }
}

function emit<K>(
  path: AnyPath<K>,
  index: number,
  entries: readonly Entry<K>[],
  out: Instruction<K>[],
): CompiledPath<K> {
  const compiled: CompiledPath<K> = {
    index,
    name: path.name,
    path,
    entry: out.length,
    frameSize: FRAME_HEADER + path.locals.length,
  };
  const places = new Map<string, number>();
  const jumps: { instruction: Instruction<K>; target: string }[] = [];
  for (const entry of entries) {
    if (entry.op === 'mark') {
      if (places.has(entry.name)) throw new Error(`${path.name}: two places are called ${entry.name}`);
      places.set(entry.name, out.length);
      continue;
    }
    const instruction = instructionOf(entry, compiled);
    if (entry.op === 'jump' || entry.op === 'branch') jumps.push({ instruction, target: entry.target });
    out.push(instruction);
  }
  if (entries.at(-1)?.op !== 'ret' && entries.at(-1)?.op !== 'jump') {
    throw new Error(`${path.name}: the last entry must return or jump`);
  }
  for (const { instruction, target } of jumps) {
    const place = places.get(target);
    if (place === undefined) throw new Error(`${path.name}: there is no place ${target}`);
    instruction.target = place;
  }
  return compiled;
}

function instructionOf<K>(entry: Exclude<Entry<K>, { op: 'mark' }>, path: CompiledPath<K>): Instruction<K> {
  const blank: Instruction<K> = {
    kind: entry.op === 'label' ? 'act' : entry.op,
    yields: entry.op === 'label' || entry.op === 'down',
    name: entry.name,
    fact: entry.op === 'label' ? entry.fact : '',
    path,
    act: null,
    test: null,
    query: null,
    write: false,
    key: null,
    state: 'TASK_UNINTERRUPTIBLE',
    exclusive: false,
    callee: null,
    pass: null,
    callsAlways: null,
    direct: null,
    target: -1,
  };
  switch (entry.op) {
    case 'label':
    case 'act':
      return { ...blank, act: entry.act };
    case 'jump':
      return blank;
    case 'branch':
      return { ...blank, test: entry.test };
    case 'down':
      return { ...blank, query: entry.lock, write: entry.write };
    case 'up':
    case 'downgrade':
      return { ...blank, query: entry.lock };
    case 'sleep':
      return { ...blank, key: entry.key, state: entry.state, exclusive: entry.exclusive };
    case 'call':
      return { ...blank, callee: entry.callee, pass: entry.pass, callsAlways: entry.direct };
    case 'ret':
      return { ...blank, query: entry.value };
  }
}

/** `path.entry`: the position a schedule or a report names. */
export function positionName(instruction: Instruction<never> | Instruction<unknown>): string {
  return `${instruction.path.name}.${instruction.name}`;
}

/** What a path returns. Of a driver of the user's own it may be no number, which would go on as a NaN. */
export function returned<K>({ query, path }: Instruction<K>, context: K, frame: Frame<string>): number {
  const value = query?.(context, frame);
  if (value !== undefined && Number.isInteger(value)) return value;
  throw new TypeError(`${path.name} returns ${String(value)}, which is not an integer`);
}

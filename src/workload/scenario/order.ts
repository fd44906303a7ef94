/**
 * What an operation needs from those before it: mapped addresses, attached regions, open files, living tasks.
 *
 * The check takes every operation as if it succeeded, in list order, as the run does where nothing refuses or
 * waits. So a scenario that passes here asks for nothing that a program could not ask for.
 */
import type { Operation, OperationKind } from '../operation.ts';
import type { Workload } from '../workload.ts';
import { covers, overlaps, withRange, without, type AddressSpace, type PageRange } from './address_space.ts';
import { trouble, type Trouble } from './trouble.ts';

interface Attachment extends PageRange {
  readonly writable: boolean;
  /** A job of it waits for signal_fence. */
  readonly fenced: boolean;
}

interface State {
  readonly files: Set<number>;
  readonly open: Map<string, number>;
  readonly spaces: Map<number, AddressSpace>;
  readonly regions: Map<number, Attachment>;
  readonly exited: Set<number>;
  /** Address spaces that a fork is still to make. */
  readonly unborn: Set<number>;
  /** Ranges that a child does not get, by address space. */
  readonly dontfork: Map<number, AddressSpace>;
}

interface Step {
  readonly workload: Workload;
  readonly state: State;
  readonly task: number;
  readonly mm: number;
}

/** Undefined when all is well. */
type Objection = { readonly problem: string; readonly hint: string } | undefined;

type Of<K extends OperationKind> = Operation & { readonly kind: K };

function objection(problem: string, hint: string): Objection {
  return { problem, hint };
}

function space(step: Step): AddressSpace {
  return step.state.spaces.get(step.mm) ?? [];
}

function rangeText(range: PageRange): string {
  return `${range.from}p..${range.to}p`;
}

function mustBeMapped(step: Step, range: PageRange): Objection {
  if (covers(space(step), range)) return undefined;
  return objection(`not all of ${rangeText(range)} is mapped here`, 'mmap it first, in the same process');
}

function mustBeFree(taken: AddressSpace, range: PageRange): Objection {
  if (!overlaps(taken, range)) return undefined;
  return objection(
    `${rangeText(range)} overlaps a mapping of the same process`,
    'munmap that first, or take other addresses',
  );
}

function mustBeAttached(step: Step, region: number): Objection {
  if (step.state.regions.has(region)) return undefined;
  return objection(`region '${step.workload.regions[region]}' is not attached here`, 'attach it first');
}

function openKey(step: Step, file: number): string {
  return `${step.mm}:${file}`;
}

function opening(step: Step, op: Of<'open' | 'open_trunc'>): Objection {
  step.state.files.add(op.file);
  const key = openKey(step, op.file);
  step.state.open.set(key, (step.state.open.get(key) ?? 0) + 1);
  return undefined;
}

function closing(step: Step, op: Of<'close'>): Objection {
  const key = openKey(step, op.file);
  const count = step.state.open.get(key) ?? 0;
  if (count === 0) return objection('the file is not open in this process', 'open it first');
  step.state.open.set(key, count - 1);
  return undefined;
}

function mapping(step: Step, op: Of<'mmap'>): Objection {
  const refused = mustBeFree(space(step), op);
  if (refused === undefined) step.state.spaces.set(step.mm, withRange(space(step), op));
  return refused;
}

function unmapping(step: Step, range: PageRange): Objection {
  const refused = mustBeMapped(step, range);
  step.state.spaces.set(step.mm, without(space(step), range));
  return refused;
}

function remapping(step: Step, op: Of<'mremap'>): Objection {
  const moved = { from: op.newFrom, to: op.newTo };
  const rest = op.dontUnmap === true ? space(step) : without(space(step), op);
  const refused = mustBeMapped(step, op) ?? mustBeFree(rest, moved);
  if (refused === undefined) step.state.spaces.set(step.mm, withRange(rest, moved));
  return refused;
}

/** Calls that pass over what is not mapped: they have to find something, though. */
function mustTouch(step: Step, range: PageRange): Objection {
  if (overlaps(space(step), range)) return undefined;
  return objection(`nothing of ${rangeText(range)} is mapped here`, 'mmap it first, in the same process');
}

function keepingFromChildren(step: Step, op: PageRange): Objection {
  const { dontfork } = step.state;
  dontfork.set(step.mm, withRange(without(dontfork.get(step.mm) ?? [], op), op));
  return mustTouch(step, op);
}

/** The child begins with the mappings and the descriptors of its parent. */
function forking(step: Step, op: Of<'fork'>): Objection {
  const { state, workload } = step;
  const { name, mm } = workload.tasks[op.child] ?? { name: '', mm: step.mm };
  if (mm === step.mm)
    return objection(`'${name}' is a task of the process that forks`, 'name one of another process');
  if (!state.unborn.delete(mm))
    return objection(`'${name}' has been forked already`, 'a process is made once');
  const kept = state.dontfork.get(step.mm) ?? [];
  state.spaces.set(mm, kept.reduce(without, space(step)));
  workload.files.forEach((_, file) => {
    const count = state.open.get(openKey(step, file));
    if (count !== undefined) state.open.set(openKey({ ...step, mm }, file), count);
  });
  return undefined;
}

/** The last task of a process takes its mappings along. */
function exiting(step: Step): Objection {
  step.state.exited.add(step.task);
  const living = step.workload.tasks.some(({ mm }, task) => mm === step.mm && !step.state.exited.has(task));
  if (!living) step.state.spaces.delete(step.mm);
  return undefined;
}

function signalling(step: Step, op: Of<'signal'>): Objection {
  if (op.to === step.task) return objection('a task cannot signal itself here', 'let another task send it');
  if (!step.state.exited.has(op.to)) return undefined;
  return objection(`task '${step.workload.tasks[op.to]?.name}' has exited`, 'signal it before its exit');
}

function attaching(step: Step, op: Of<'attach'>): Objection {
  if (step.state.regions.has(op.region)) {
    const name = step.workload.regions[op.region];
    return objection(`region '${name}' is attached already`, 'detach it first, or name another');
  }
  step.state.regions.set(op.region, { from: op.from, to: op.to, writable: op.writable, fenced: false });
  return mustBeMapped(step, op);
}

function detaching(step: Step, op: Of<'detach'>): Objection {
  const refused = mustBeAttached(step, op.region);
  step.state.regions.delete(op.region);
  return refused;
}

function transferring(step: Step, op: Of<'dma_read' | 'dma_write'>): Objection {
  const attached = step.state.regions.get(op.region);
  if (attached === undefined) return mustBeAttached(step, op.region);
  if (op.fence) step.state.regions.set(op.region, { ...attached, fenced: true });
  if (op.from < attached.from || op.to > attached.to) {
    return objection(
      `${rangeText(op)} is not inside the region, which is ${rangeText(attached)}`,
      'stay inside it',
    );
  }
  if (op.kind === 'dma_read' || attached.writable) return undefined;
  return objection('the device writes memory that was attached for reading', 'attach with writable: true');
}

function ending(step: Step, op: Of<'signal_fence'>): Objection {
  const attached = step.state.regions.get(op.region);
  if (attached === undefined) return mustBeAttached(step, op.region);
  if (!attached.fenced) {
    return objection('no job of the region waits for its fence', 'start one with fence: true first');
  }
  step.state.regions.set(op.region, { ...attached, fenced: false });
  return undefined;
}

function mustExist(step: Step, op: Operation): Objection {
  if (!('file' in op) || op.kind === 'open' || op.kind === 'open_trunc') return undefined;
  if (step.state.files.has(op.file)) return undefined;
  return objection(
    `file '${step.workload.files[op.file]?.name}' does not exist yet`,
    'open it first, or drop exists: false',
  );
}

function check(step: Step, op: Operation): Objection {
  switch (op.kind) {
    case 'open':
    case 'open_trunc':
      return opening(step, op);
    case 'close':
      return closing(step, op);
    case 'mmap':
      return mapping(step, op);
    case 'munmap':
      return unmapping(step, op);
    case 'mremap':
      return remapping(step, op);
    case 'madvise_dontneed':
    case 'madvise_remove':
    case 'madvise_free':
    case 'madvise_pageout':
    case 'mprotect':
    case 'msync':
      return mustTouch(step, op);
    case 'madvise_dontfork':
      return keepingFromChildren(step, op);
    case 'fork':
      return forking(step, op);
    case 'load':
    case 'store':
    case 'persist':
      return mustBeMapped(step, op);
    case 'exit':
      return exiting(step);
    case 'signal':
      return signalling(step, op);
    case 'attach':
      return attaching(step, op);
    case 'detach':
      return detaching(step, op);
    case 'dma_read':
    case 'dma_write':
      return transferring(step, op);
    case 'signal_fence':
      return ending(step, op);
    default:
      return undefined;
  }
}

function absent({ state, task, mm, workload }: Step): Objection {
  const name = workload.tasks[task]?.name;
  if (state.exited.has(task)) return objection(`task '${name}' has exited`, 'move this before its exit');
  if (!state.unborn.has(mm)) return undefined;
  return objection(`task '${name}' does not exist before its fork`, 'move this behind the fork');
}

/** Address spaces that come into being with a fork by another process. */
function childSpaces(workload: Workload): Set<number> {
  const space = (task: number): number | undefined => workload.tasks[task]?.mm;
  const spaces = workload.ops.map(({ task, op }) =>
    op.kind === 'fork' && space(op.child) !== space(task) ? space(op.child) : undefined,
  );
  return new Set(spaces.filter((mm) => mm !== undefined));
}

/** Operations that ask for what the ones before them did not provide. */
export function orderTroubles(workload: Workload): Trouble[] {
  const existing = workload.files.flatMap((file, index) => (file.exists ? [index] : []));
  const state: State = {
    files: new Set(existing),
    open: new Map(),
    spaces: new Map(),
    regions: new Map(),
    exited: new Set(),
    unborn: childSpaces(workload),
    dontfork: new Map(),
  };
  return workload.ops.flatMap(({ task, op }, index) => {
    const step = { workload, state, task, mm: workload.tasks[task]?.mm ?? 0 };
    const found = absent(step) ?? mustExist(step, op) ?? check(step, op);
    return found === undefined ? [] : [trouble(['ops', index], `${op.kind}: ${found.problem}`, found.hint)];
  });
}

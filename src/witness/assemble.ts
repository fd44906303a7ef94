/** Report lines to cells. The words are those of probe/program/cell.c; any other is an error, not noise. */
import { OUTCOMES, type Cell, type MemoryProof } from './cell.ts';
import { WitnessError } from './witness_error.ts';

export interface Assembled {
  readonly release: string;
  readonly memories: readonly MemoryProof[];
  /** Only cells whose report is whole, ordered by memory, driver and operation. */
  readonly cells: readonly Cell[];
  /** What the guest itself says went wrong. */
  readonly errors: readonly string[];
  /** True if the guest says that it ran all that it was asked to. */
  readonly complete: boolean;
}

type Draft = { -readonly [Key in keyof Cell]: Cell[Key] };

interface Assembly {
  /** The kernel's name in the project (linux-6.1), part of every cell. */
  readonly kernel: string;
  release: string;
  complete: boolean;
  draft: Draft | undefined;
  readonly cells: Cell[];
  readonly errors: string[];
  readonly proofs: Map<string, { dax: boolean; map_sync: string; mount: string }>;
}

/** Throws for a line that no version of the probe program writes. */
export function assembleCells(kernel: string, lines: readonly string[]): Assembled {
  const assembly: Assembly = {
    kernel,
    release: '',
    complete: false,
    draft: undefined,
    cells: [],
    errors: [],
    proofs: new Map(),
  };
  for (const line of lines) {
    const [word = '', ...rest] = line.split(' ');
    const handler = RUN_WORDS[word];
    if (handler !== undefined) handler(assembly, rest);
    else takeCellLine(assembly.draft, word, rest, line);
  }
  return {
    release: assembly.release,
    memories: [...assembly.proofs].map(([name, proof]) => ({ name, ...proof })).sort(by(({ name }) => name)),
    cells: assembly.cells.sort(by(({ memory, driver, op }) => `${memory} ${driver} ${op}`)),
    errors: assembly.errors,
    complete: assembly.complete,
  };
}

const RUN_WORDS: Readonly<Record<string, (assembly: Assembly, rest: readonly string[]) => void>> = {
  kernel(assembly, [release = '']) {
    assembly.release = release;
  },
  memory(assembly, [name = '', , dax, , mapSync = '']) {
    assembly.proofs.set(name, { dax: dax === 'yes', map_sync: mapSync, mount: '' });
  },
  mount(assembly, [name = '', ...mount]) {
    const proof = assembly.proofs.get(name);
    if (proof !== undefined) proof.mount = mount.join(' ');
  },
  cell(assembly, [memory = '', driver = '', op = '']) {
    assembly.draft = emptyCell(assembly.kernel, memory, driver, op);
  },
  race(assembly, [memory = '', driver = '', op = '']) {
    assembly.draft = emptyCell(assembly.kernel, memory, driver, op);
  },
  end(assembly) {
    if (assembly.draft !== undefined) assembly.cells.push(assembly.draft);
    assembly.draft = undefined;
  },
  error(assembly, rest) {
    const { draft } = assembly;
    const where = draft === undefined ? '' : `${draft.memory} ${draft.driver} ${draft.op}: `;
    assembly.errors.push(where + rest.join(' '));
    assembly.draft = undefined;
  },
  done(assembly, [how]) {
    assembly.complete = how === 'complete';
  },
};

function takeCellLine(draft: Draft | undefined, word: string, rest: readonly string[], line: string): void {
  const handler = CELL_WORDS[word];
  if (handler === undefined || draft === undefined) {
    throw new WitnessError('guest', `The guest said what this program does not know: ${line}`);
  }
  handler(draft, rest);
}

const CELL_WORDS: Readonly<Record<string, (cell: Draft, rest: readonly string[]) => void>> = {
  outcome(cell, [outcome, errno]) {
    const known = OUTCOMES.find((name) => name === outcome);
    if (known === undefined)
      throw new WitnessError('guest', `The guest knows an outcome ${String(outcome)}.`);
    cell.outcome = known;
    cell.errno = errnoOf(errno);
  },
  size(cell, [size, , blocks]) {
    cell.size_bytes = whole(size);
    cell.blocks = whole(blocks);
  },
  cpu(cell, pages) {
    cell.cpu_reads = [...pages];
  },
  device(cell, pages) {
    cell.device_reads = [...pages];
  },
  file(cell, pages) {
    cell.file_reads = [...pages];
  },
  behind(cell, pages) {
    const parts = pages.map((page) => (page === '-' ? undefined : page.split(':')));
    cell.recorded.page_references = parts.map((part) => (part === undefined ? null : whole(part[0])));
    cell.recorded.page_dirty = parts.map((part) => (part === undefined ? null : part[1] === 'd'));
  },
  event(cell, [name = '', count]) {
    cell.events = { ...cell.events, [name]: whole(count) };
  },
  cleared(cell, [count]) {
    cell.entries_cleared = whole(count);
  },
  faults(cell, [faults, , retries]) {
    cell.recorded.device_faults = whole(faults);
    cell.recorded.device_retries = whole(retries);
  },
  waits(cell, [state = '', where]) {
    cell.recorded.state = state;
    cell.sleeps_in = state === 'R' ? null : errnoOf(where);
  },
  stack(cell, functions) {
    cell.recorded.stack = functions.filter((name) => name !== '');
  },
  after(cell, [outcome, errno, , size, , blocks]) {
    cell.after_release = {
      outcome: outcome === 'completed' ? 'completed' : 'failed',
      errno: errnoOf(errno),
      size_bytes: whole(size),
      blocks: whole(blocks),
    };
  },
  interruptible(cell, [answer, errno]) {
    cell.interruptible = answer === 'yes';
    cell.interrupt_errno = errnoOf(errno);
  },
  killable(cell, [answer]) {
    cell.killable = answer === 'yes';
  },
  took_us(cell, [time]) {
    cell.recorded.took_us = whole(time);
  },
};

function emptyCell(kernel: string, memory: string, driver: string, op: string): Draft {
  return {
    ...{ kernel, memory, driver, op },
    outcome: 'failed',
    errno: null,
    sleeps_in: null,
    interruptible: null,
    interrupt_errno: null,
    killable: null,
    size_bytes: 0,
    blocks: 0,
    events: {},
    entries_cleared: 0,
    cpu_reads: [],
    device_reads: [],
    file_reads: [],
    after_release: null,
    recorded: {
      took_us: null,
      state: null,
      stack: [],
      device_faults: 0,
      device_retries: 0,
      page_references: [],
      page_dirty: [],
    },
  };
}

/** `-` stands for none. */
function errnoOf(word: string | undefined): string | null {
  return word === undefined || word === '-' ? null : word;
}

function whole(word: string | undefined): number {
  if (word === undefined || !/^\d+$/.test(word)) {
    throw new WitnessError('guest', `The guest wrote "${String(word)}" where a number belongs.`);
  }
  return Number(word);
}

function by<T>(key: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
}

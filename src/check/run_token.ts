/**
 * A whole generated run as one line of text: conditions, workload, freeze point and schedule. Nothing else is needed to run
 * it again, whatever the generators of a later version draw.
 *
 * `gvr1~MEMORY.KERNEL.DRIVER.MUTANT~ITEM~...~SCHEDULE`, where an item is a file (`f.`), a task (`t.`), an operation (`o.`) or
 * the freeze point (`z.`), and SCHEDULE is a schedule token (`gvs1~...`).
 */
import { encodeSchedule, escapeText, readSchedule, TokenReader } from '../schedule/index.ts';
import type { Operation } from '../workload/operation.ts';
import type {
  InitialExtent,
  Workload,
  WorkloadFile,
  WorkloadOp,
  WorkloadTask,
} from '../workload/workload.ts';
import { generatedWorkload } from './draw_workload.ts';
import { encodeOperation, readOperation } from './operation_code.ts';
import type { ExplainedRun } from './shrink.ts';

/** Names that say what the run is made on. */
export interface RunConditions {
  readonly memory: string;
  readonly kernel: string;
  readonly driver: string;
  /** A planted fault, or null. */
  readonly mutant: string | null;
}

export interface DecodedRun extends RunConditions {
  readonly run: ExplainedRun;
}

const PREFIX = 'gvr1';
const STATES = { w: 'written', u: 'unwritten' } as const;

/** One line, safe in URLs and shells; {@link decodeRun} gives the same run back. */
export function encodeRun(conditions: RunConditions, run: ExplainedRun): string {
  const { memory, kernel, driver, mutant } = conditions;
  const { workload, freezeAt, schedule } = run;
  return [
    PREFIX,
    [memory, kernel, driver, mutant ?? ''].map(escapeText).join('.'),
    ...workload.files.map(encodeFile),
    ...workload.tasks.map(encodeTask),
    ...workload.ops.map(({ task, op }) => `o.${task}.${encodeOperation(op)}`),
    ...(freezeAt === null ? [] : [`z.${freezeAt}`]),
    encodeSchedule(schedule.schedule),
  ].join('~');
}

function encodeTask({ mm, memlockPages }: WorkloadTask): string {
  return memlockPages === undefined ? `t.${mm}` : `t.${mm}.${memlockPages}`;
}

function encodeFile(file: WorkloadFile): string {
  const extents = file.extents.flatMap(({ from, to, state }) => [from, to, state[0]]);
  return ['f', Number(file.exists), file.size.page, file.size.byte, ...extents].join('.');
}

/** Throws TokenError, which says where the token is wrong. */
export function decodeRun(token: string): DecodedRun {
  const reader = new TokenReader(token);
  reader.literal('~', PREFIX);
  const names = reader.part('~', 'the conditions');
  const conditions = {
    memory: names.escaped('.', 'the memory'),
    kernel: names.escaped('.', 'the kernel'),
    driver: names.escaped('.', 'the driver'),
    mutant: names.escaped('.', 'the mutant') || null,
  };
  names.finish();
  const items = readItems(reader);
  return { ...conditions, run: { ...items, schedule: { kind: 'replay', schedule: readSchedule(reader) } } };
}

interface Items {
  readonly workload: Workload;
  readonly freezeAt: number | null;
}

function readItems(reader: TokenReader): Items {
  const files: WorkloadFile[] = [];
  const tasks: WorkloadTask[] = [];
  const ops: WorkloadOp[] = [];
  let freezeAt: number | null = null;
  while (!reader.startsWith('gvs')) {
    const item = reader.part('~', 'the schedule');
    const kind = item.word('.', 'an item');
    if (kind === 'f') files.push(readFile(item, files.length));
    else if (kind === 't') tasks.push(readTask(item, tasks.length));
    else if (kind === 'o') ops.push(readTaskOperation(item, files.length, tasks.length));
    else if (kind === 'z') freezeAt = item.integer('.', 'the freeze point');
    else item.fail(`'${kind}' is no item`);
  }
  return { workload: generatedWorkload(files, tasks, ops), freezeAt };
}

function readTask(reader: TokenReader, index: number): WorkloadTask {
  const task = { name: `t${index}`, mm: reader.integer('.', 'an address space') };
  return reader.done ? task : { ...task, memlockPages: reader.integer('.', 'a limit of locked pages') };
}

function readFile(reader: TokenReader, index: number): WorkloadFile {
  const exists = reader.integer('.', 'whether the file exists') !== 0;
  const size = { page: reader.integer('.', 'pages'), byte: reader.integer('.', 'bytes') };
  const extents: InitialExtent[] = [];
  while (!reader.done) {
    const [from, to] = [
      reader.integer('.', 'the start of an extent'),
      reader.integer('.', 'the end of an extent'),
    ];
    const letter = reader.word('.', 'the state of an extent');
    if (letter !== 'w' && letter !== 'u') reader.fail(`an extent is w or u, not '${letter}'`);
    else extents.push({ from, to, state: STATES[letter] });
  }
  return { name: `f${index}`, size, extents, exists };
}

function readTaskOperation(reader: TokenReader, files: number, tasks: number): WorkloadOp {
  const task = reader.integer('.', 'the task');
  if (task >= tasks) reader.fail(`there is no task ${task}`);
  const op: Operation = readOperation(reader);
  if ('file' in op && op.file >= files) reader.fail(`there is no file ${op.file}`);
  if (op.kind === 'fork' && op.child >= tasks) reader.fail(`there is no task ${op.child}`);
  return { task, op };
}

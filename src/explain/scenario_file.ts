/**
 * A run as a scenario file: `run` makes exactly this run of it, and says that the property does not hold.
 *
 * It expects what a correct kernel and driver give. So it fails as long as the fault is there, and is a regression test when it
 * is gone: then the lines `mutant` and `schedule` can go as well.
 */
import { encodeSchedule } from '../schedule/index.ts';
import type { Offset } from '../workload/offset.ts';
import type { Operation } from '../workload/operation.ts';
import type { Workload, WorkloadFile } from '../workload/workload.ts';
import type { Explained } from './explanation.ts';

/** YAML text; {@link parseScenario} reads it. */
export function scenarioFile({ explanation, failure, run }: Explained): string {
  const { workload, freezeAt, schedule } = run;
  const { memory, kernel, driver, mutant, property, facts } = explanation;
  const head = [
    `title: ${quoted(`${property} broken: ${explanation.headline}`)}`,
    `description: ${quoted(`${explanation.text}. Written by gup-vs-hmm explain.`)}`,
    `facts: [${facts.map(({ id }) => id).join(', ')}]`,
  ];
  const replay = {
    driver,
    memory,
    kernel,
    ...(mutant === null ? {} : { mutant: mutant.name }),
    schedule: encodeSchedule(schedule.schedule),
    ...(freezeAt === null ? {} : { freeze_at: freezeAt }),
  };
  return [
    ...head,
    'files:',
    ...workload.files.map((file) => `  ${file.name}: ${flow(fileEntry(file))}`),
    'processes:',
    ...processLines(workload),
    'replay:',
    ...Object.entries(replay).map(([key, value]) => `  ${key}: ${value}`),
    'ops:',
    ...workload.ops.map(({ task, op }) => {
      const name = workload.tasks[task]?.name ?? '';
      return `  - ${flow({ task: name, op: op.kind, ...operationEntry(workload, op) })}`;
    }),
    'expect_end:',
    `  - ${flow({ drivers: [failure.system.driver.name], holds: [property] })}`,
    '',
  ].join('\n');
}

/** A scalar in double quotes, as JSON and YAML write it. */
const quoted = (text: string): string => JSON.stringify(text);

type Value = string | number | boolean | readonly string[];
type Entry = Readonly<Record<string, Value | undefined>>;

/** `{ key: value, ... }`; what is undefined is left out. */
function flow(entry: Entry): string {
  const pairs = Object.entries(entry).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${Array.isArray(value) ? `[${value.join(', ')}]` : String(value)}`],
  );
  return `{ ${pairs.join(', ')} }`;
}

const pages = (count: number): string => `${count}p`;
const position = ({ page, byte }: Offset): string => (byte === 0 ? pages(page) : `${page}p+${byte}`);

function fileEntry({ exists, size, extents }: WorkloadFile): Entry {
  if (!exists) return { exists: false };
  const of = (state: 'written' | 'unwritten'): readonly string[] | undefined => {
    const ranges = extents
      .filter((extent) => extent.state === state)
      .map(({ from, to }) => `${pages(from)}..${pages(to)}`);
    return ranges.length === 0 ? undefined : ranges;
  };
  return { size: position(size), written: of('written'), unwritten: of('unwritten') };
}

/** Tasks stand by process, in the order in which the run numbers them. */
function processLines({ tasks }: Workload): string[] {
  const spaces = [...new Set(tasks.map(({ mm }) => mm))].sort((a, b) => a - b);
  return spaces.map((mm) => {
    const own = tasks.filter((task) => task.mm === mm);
    const limit = own.find(({ memlockPages }) => memlockPages !== undefined)?.memlockPages;
    return `  mm${mm}: ${flow({ threads: own.map(({ name }) => name), memlock_pages: limit })}`;
  });
}

/** The length from `start` to `end`: whole pages and bytes of both borrow from each other. */
function lengthOf(start: Offset, end: Offset): string {
  const bytes = end.byte - start.byte;
  const whole = end.page - start.page;
  return bytes >= 0
    ? position({ page: whole, byte: bytes })
    : position({ page: whole - 1, byte: bytes + 4096 });
}

function operationEntry({ files, tasks, regions }: Workload, op: Operation): Entry {
  const file = 'file' in op ? { file: files[op.file]?.name } : {};
  const region = 'region' in op ? { region: regions[op.region] } : {};
  const range = 'start' in op ? { offset: position(op.start), length: lengthOf(op.start, op.end) } : {};
  const addresses = 'from' in op ? { at: pages(op.from), length: pages(op.to - op.from) } : {};
  switch (op.kind) {
    case 'truncate':
      return { ...file, size: position(op.size) };
    case 'alloc':
    case 'zero':
      return { ...file, ...range, keep_size: op.keepSize };
    case 'reflink':
    case 'dedupe':
      return { ...file, source: files[op.source]?.name, ...range, to: position(op.at) };
    case 'memory_failure':
      return { ...file, offset: pages(op.page) };
    case 'rename':
      return { ...file, over: op.over === undefined ? undefined : files[op.over]?.name };
    case 'mmap': {
      const flags = { shared: op.shared, writable: op.writable, sync: op.sync === true };
      return { ...file, ...addresses, offset: pages(op.pgoff), ...flags };
    }
    case 'mremap':
      return {
        ...addresses,
        new_at: pages(op.newFrom),
        new_length: pages(op.newTo - op.newFrom),
        dont_unmap: op.dontUnmap === true,
      };
    case 'mprotect':
      return { ...addresses, readable: op.readable, writable: op.writable };
    case 'fork':
      return { child: tasks[op.child]?.name };
    case 'signal':
      return { to: tasks[op.to]?.name };
    case 'attach': {
      const flags = {
        per_transfer: op.perTransfer,
        survives_exit: op.survivesExit,
        writable: op.writable,
      };
      return { ...region, ...addresses, ...flags };
    }
    case 'dma_read':
    case 'dma_write':
      return { ...region, ...addresses, fence: op.fence, wait: op.wait === true };
    default:
      return { ...file, ...region, ...range, ...addresses };
  }
}

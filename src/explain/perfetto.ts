/**
 * A run in the JSON trace event format, which ui.perfetto.dev and chrome://tracing open: a row for each task and device, kernel
 * functions as nested slices, events as instants. A step is a microsecond long: order is what counts, simulated time is an
 * argument.
 */
import type { Explained } from './explanation.ts';
import type { TraceEntry, TraceStep } from './trace.ts';
import { callText } from './words.ts';

export interface TraceRow {
  readonly name: string;
  readonly ph: 'M' | 'B' | 'E' | 'i';
  readonly pid: number;
  readonly tid: number;
  /** Microseconds: the number of the step. */
  readonly ts?: number;
  readonly s?: 't' | 'g';
  readonly args?: Readonly<Record<string, string | number>>;
}

export interface PerfettoTrace {
  readonly traceEvents: readonly TraceRow[];
  readonly displayTimeUnit: 'ns';
  readonly otherData: Readonly<Record<string, string>>;
}

const PID = 1;

export function perfettoTrace({ explanation, trace, marks }: Explained): PerfettoTrace {
  const { session, steps } = trace;
  const last = trace.breakStep ?? steps.length - 1;
  const told = steps.slice(0, last + 1);
  const tasks = [...new Set(told.map(({ task }) => task))].sort((a, b) => a - b);
  const slices = new Slices((op) => {
    const entry = session.workload.ops[op];
    return entry === undefined ? 'transfer' : callText(session.workload, entry.op);
  });
  told.forEach((step, index) => {
    slices.step(step, index);
    for (const mark of marks) {
      if (mark.step !== index) continue;
      slices.rows.push({
        ...{ name: `${mark.kind}: ${mark.text}`, ph: 'i', s: 'g' },
        ...{ pid: PID, tid: step.task, ts: index },
      });
    }
  });
  slices.end(told.length);
  return {
    traceEvents: [
      named('process_name', 0, `${explanation.kernel} ${explanation.memory} ${explanation.driver}`),
      ...tasks.map((task) => named('thread_name', task, session.taskName(task))),
      ...slices.rows,
    ],
    displayTimeUnit: 'ns',
    otherData: { property: explanation.property, violation: explanation.text, token: explanation.token },
  };
}

function named(what: 'process_name' | 'thread_name', tid: number, name: string): TraceRow {
  return { name: what, ph: 'M', pid: PID, tid, args: { name } };
}

/** Opens and closes a slice for each function, so that they nest. */
class Slices {
  readonly rows: TraceRow[] = [];
  private readonly open = new Map<number, { readonly id: number; readonly name: string }[]>();
  private readonly nameOf: (op: number) => string;

  constructor(nameOf: (op: number) => string) {
    this.nameOf = nameOf;
  }

  step({ task, op, entries, state, ns }: TraceStep, index: number): void {
    for (const entry of entries) this.enter(task, op, entry, index);
    for (const { events } of entries)
      for (const { text } of events)
        if (text !== null)
          this.rows.push({ name: text, ph: 'i', s: 't', pid: PID, tid: task, ts: index, args: { ns } });
    if (state === 'user' || state === 'dead') this.leave(task, 0, index + 1);
  }

  /** Closes everything. */
  end(ts: number): void {
    for (const task of [...this.open.keys()].sort((a, b) => a - b)) this.leave(task, 0, ts);
  }

  private enter(task: number, op: number, { stack }: TraceEntry, ts: number): void {
    const open = this.open.get(task) ?? [];
    this.open.set(task, open);
    let same = 0;
    while (same < open.length && open[same]?.id === stack[same]?.id) same++;
    this.leave(task, same, ts);
    for (const { id, path } of stack.slice(same)) {
      open.push({ id, name: path });
      const call = open.length === 1 && op >= 0 ? { args: { call: this.nameOf(op) } } : {};
      this.rows.push({ name: path, ph: 'B', pid: PID, tid: task, ts, ...call });
    }
  }

  private leave(task: number, depth: number, ts: number): void {
    const open = this.open.get(task) ?? [];
    while (open.length > depth) {
      const { name } = open.pop() as { name: string };
      this.rows.push({ name, ph: 'E', pid: PID, tid: task, ts });
    }
  }
}

/**
 * The stages of an import in their order, fed line by line:
 *
 * line -> scanned line -> whole call -> births in place -> effects on the world -> operations, counts
 */
import { basename } from 'node:path';
import { DEFAULT_DEVICE_PLAN } from '../device_plan.ts';
import { InputError } from '../input_error.ts';
import type { Workload } from '../workload.ts';
import { applyEvent } from './apply.ts';
import { CallAssembler } from './assemble.ts';
import { BirthOrder } from './births.ts';
import type { LogLine } from './lines.ts';
import { OperationCollector } from './operations.ts';
import { PidResolver } from './pids.ts';
import type { LogEvent } from './records.ts';
import { scanLine } from './scanner.ts';
import type { StraceStats } from './stats.ts';
import { StatsCounter } from './stats_effects.ts';
import { workloadParts } from './workload_parts.ts';
import { World } from './world.ts';

/** A line that could not be used. */
export interface RejectedLine {
  readonly line: number;
  readonly text: string;
  readonly why: string;
}

/** What the lines of one log amount to. */
export interface ImportedLines {
  readonly workload: Workload;
  readonly rejected: readonly RejectedLine[];
  readonly stats: StraceStats;
}

/** Lines from the start without a single usable one, after which a file is no strace log. */
const PROBE_LINES = 300;

/** Takes the lines of one log; {@link finish} gives what they amount to. */
export class StraceImporter {
  readonly #path: string;
  readonly #pids = new PidResolver();
  readonly #assembler = new CallAssembler();
  readonly #births = new BirthOrder();
  readonly #collector = new OperationCollector();
  readonly #world: World;
  readonly #counter: StatsCounter;
  readonly #rejected: RejectedLine[] = [];
  #usable = false;
  #lines = 0;

  /** `path`: for messages and the workload's name; `dataPrefix`: what the paths of data files begin with. */
  constructor(path: string, dataPrefix: string) {
    this.#path = path;
    this.#world = new World(dataPrefix, (effect, source) => {
      this.#counter.effect(effect, source);
      this.#collector.effect(effect, source);
    });
    this.#counter = new StatsCounter(this.#world.mappedPaths);
  }

  /** Throws InputError if the first few hundred lines hold nothing that strace prints. */
  push({ text, line, damaged }: LogLine): void {
    this.#lines = line;
    const scanned = damaged
      ? { kind: 'rejected' as const, why: 'NUL bytes or invalid UTF-8' }
      : scanLine(text);
    this.#counter.line(scanned, text);
    if (scanned.kind !== 'rejected' && scanned.kind !== 'note') this.#usable = true;
    else if (!this.#usable && line >= PROBE_LINES) this.#refuse();
    const event = this.#assembler.push(scanned, this.#pids.resolve(scanned), line, text);
    if (event !== undefined) this.#take(this.#births.push(event));
  }

  /** To be called once, after the last line. Throws InputError if no line was usable. */
  finish(): ImportedLines {
    if (!this.#usable) this.#refuse();
    this.#take(this.#births.finish());
    this.#endExiting();
    this.#assembler.finish();
    const { abandoned } = this.#assembler;
    this.#counter.neverResumed(abandoned.length);
    for (const half of abandoned) this.#rejected.push({ ...half, why: 'the call never returned' });
    this.#rejected.sort((a, b) => a.line - b.line);
    const { stats } = this.#counter;
    const name = basename(this.#path).replace(/(?:\.strace|\.log|\.txt)?(?:\.gz)?$/, '');
    const workload: Workload = {
      name,
      title: `strace log ${name}, ${this.#lines} lines`,
      source: 'log',
      ...workloadParts(this.#collector.pending, this.#world.tasks),
      regions: [],
      plan: DEFAULT_DEVICE_PLAN,
      expect: [],
      expectEnd: [],
      notModelled: new Map([...stats.notModelled].sort(([a], [b]) => (a < b ? -1 : 1))),
    };
    return { workload, rejected: this.#rejected, stats };
  }

  #refuse(): never {
    const hint = 'a log is written with strace -f -y -o FILE PROGRAM';
    throw new InputError({ file: this.#path, line: 1, problem: 'no line looks like strace output', hint });
  }

  #take(events: readonly LogEvent[]): void {
    for (const event of events) {
      if (event.kind === 'rejected') {
        this.#rejected.push({ line: event.line, text: event.text, why: event.why });
        continue;
      }
      if (event.kind === 'call') this.#counter.call(event.call);
      const why = applyEvent(this.#world, event);
      if (why !== undefined) this.#rejected.push({ line: event.line, text: eventText(event), why });
    }
  }

  /** Logs made with -qq have no exit lines: what called exit and never ended, ends here. */
  #endExiting(): void {
    for (const thread of [...this.#world.threads.values()]) {
      if (thread.exitLine !== undefined) this.#world.exit(thread.pid, thread.exitLine);
    }
  }
}

/** An event as one line of text, its halves joined. */
function eventText(event: Exclude<LogEvent, { kind: 'rejected' }>): string {
  if (event.kind === 'call') {
    const { name, args, result } = event.call;
    return `${event.pid} ${name}(${args.join(', ')}) = ${result.value}${result.rest}`;
  }
  if (event.kind === 'birth') return `${event.pid} ${event.name}(${event.args.join(', ')}) = ${event.child}`;
  return `${event.pid} ${event.kind}`;
}

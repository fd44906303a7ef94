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
import type { LogFormat } from './format.ts';
import { OperationCollector } from './operations.ts';
import { PidResolver } from './pids.ts';
import { RejectedLines } from './rejected_lines.ts';
import type { RejectedLine } from './rejected_lines.ts';
import type { LogEvent } from './records.ts';
import type { StraceStats } from './stats.ts';
import { StatsCounter } from './stats_effects.ts';
import { workloadParts } from './workload_parts.ts';
import { World } from './world.ts';
import type { EffectSink, WorldOptions } from './world.ts';

/** What the lines of one log are counted as. */
export interface CountedLines {
  readonly rejected: readonly RejectedLine[];
  readonly stats: StraceStats;
}

/** What the lines of one log amount to. */
export interface ImportedLines extends CountedLines {
  readonly workload: Workload;
}

export interface ImporterOptions extends WorldOptions {
  /** For messages and the workload's name. */
  readonly path: string;
}

/** Lines from the start without a single usable one, after which a file is no strace log. */
const PROBE_LINES = 300;

/** Takes the lines of one log and counts them; memory does not grow with the number of calls. */
export class LineCounter {
  readonly world: World;
  readonly #options: ImporterOptions;
  readonly #pids = new PidResolver();
  readonly #assembler = new CallAssembler();
  readonly #births = new BirthOrder();
  readonly #counter: StatsCounter;
  readonly #rejected = new RejectedLines();
  #usable = false;

  /** `sink` is given everything that the calls did. */
  constructor(options: ImporterOptions, sink?: EffectSink) {
    this.#options = options;
    this.world = new World(options, (effect, source) => {
      this.#counter.effect(effect, source);
      sink?.(effect, source);
    });
    this.#counter = new StatsCounter(this.world.mappedPaths);
  }

  get format(): LogFormat {
    return this.#options.format;
  }

  /** Paths of opens that do not print theirs, for a second reading. */
  learnedPaths(): ReadonlyMap<number, string> {
    return this.world.names.learned();
  }

  /** Throws InputError if the first few hundred lines hold nothing that the format has. */
  push({ text, line, damaged }: LogLine): void {
    const scanned = damaged
      ? { kind: 'rejected' as const, why: 'NUL bytes or invalid UTF-8' }
      : this.#options.format.scan(text);
    this.#counter.line(scanned, text);
    if (scanned.kind !== 'rejected' && scanned.kind !== 'note') this.#usable = true;
    else if (!this.#usable && line >= PROBE_LINES) this.#refuse();
    const event = this.#assembler.push(scanned, this.#pids.resolve(scanned), line, text);
    if (event !== undefined) this.#take(this.#births.push(event));
  }

  /** To be called once, after the last line. Throws InputError if no line was usable. */
  finish(): CountedLines {
    if (!this.#usable) this.#refuse();
    this.#take(this.#births.finish());
    this.#endExiting();
    this.#assembler.finish();
    const { abandoned } = this.#assembler;
    this.#counter.neverResumed(abandoned.length);
    for (const { line, text } of abandoned) this.#rejected.add(line, text, 'the call never returned');
    return { rejected: this.#rejected.all(), stats: this.#counter.stats };
  }

  #refuse(): never {
    const hint =
      'a log is written with strace -f -y -o FILE PROGRAM, or with perf trace -T -F all -o FILE PROGRAM';
    const problem = `no line looks like ${this.#options.format.name} output`;
    throw new InputError({ file: this.#options.path, line: 1, problem, hint });
  }

  #take(events: readonly LogEvent[]): void {
    for (const event of events) {
      if (event.kind === 'rejected') {
        this.#rejected.add(event.line, event.text, event.why);
        continue;
      }
      if (event.kind === 'call') this.#counter.call(event.call);
      const why = applyEvent(this.world, event);
      if (why !== undefined) this.#rejected.add(event.line, eventText(event), why);
    }
  }

  /** Logs made with -qq have no exit lines: what called exit and never ended, ends here. */
  #endExiting(): void {
    for (const thread of [...this.world.threads.values()]) {
      if (thread.exitLine !== undefined) this.world.exit(thread.pid, thread.exitLine);
    }
  }
}

/** Takes the lines of one log; {@link finish} gives what they amount to. */
export class LogImporter {
  readonly #path: string;
  readonly #collector = new OperationCollector();
  readonly #counter: LineCounter;
  #lines = 0;

  constructor(options: ImporterOptions) {
    this.#path = options.path;
    this.#counter = new LineCounter(options, (effect, source) => this.#collector.effect(effect, source));
  }

  /** As {@link LineCounter.push}. */
  push(line: LogLine): void {
    this.#lines = line.line;
    this.#counter.push(line);
  }

  /** As {@link LineCounter.finish}. */
  finish(): ImportedLines {
    const counted = this.#counter.finish();
    const { format, tasks } = this.#counter.world;
    const name = basename(this.#path).replace(/(?:\.strace|\.perftrace|\.log|\.txt)?(?:\.gz)?$/, '');
    const workload: Workload = {
      name,
      title: `${format.name} log ${name}, ${this.#lines} lines`,
      source: 'log',
      ...workloadParts(this.#collector, tasks),
      regions: [],
      plan: DEFAULT_DEVICE_PLAN,
      expect: [],
      expectEnd: [],
      notModelled: new Map([...counted.stats.notModelled].sort(([a], [b]) => (a < b ? -1 : 1))),
    };
    return { ...counted, workload };
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

/**
 * What a comparison found: the typed result that every report format is a pure function of.
 *
 * Only integers, strings, booleans and null: the citation id is a digest of this object in canonical JSON
 * (`src/report/canonical.ts`), so the same inputs give the same bytes on every machine. Times are simulated
 * nanoseconds.
 */
import type { OperationKind } from '../workload/operation.ts';

/** Classes of a wait (why the waiter slept), from what its chain of holders reaches. */
export const WAIT_CLASSES = ['reference', 'fault_lock', 'callback', 'cascade', 'lock', 'freeze'] as const;
/**
 * `reference`: waits for a pin or page reference; `fault_lock`: for a lock that a driver's fault path holds;
 * `callback`: inside or behind a driver's invalidation callback; `cascade`: queued behind another waiter;
 * `lock`: for a lock or entry held by a task that no driver has a part in.
 */
export type WaitClass = (typeof WAIT_CLASSES)[number];

/** How strongly a verdict is established. */
export type Grade = 'exhausted' | 'bounded' | 'sampled' | 'witnessed' | 'replayed';

export type WaitNs = Record<WaitClass, number>;

/** Counts for one operation kind under one driver. */
export interface OperationStats {
  /** Operations of this kind that began. */
  total: number;
  /** Would never have ended without user space doing something, because of the driver (D5). */
  blocked: number;
  /** Had not ended when the run did. */
  never: number;
  /** Of the log's operations, never begun since their task or an earlier one was still blocked. */
  unreached: number;
  refused: Record<string, number>;
  wait_ns: WaitNs;
  /** The longest single wait. */
  wait_ns_max: number;
  /** Number of waits per class. */
  waits: WaitNs;
}

/** One link of a certificate, from the waiter down to the cause. */
export interface ChainLink {
  /** `task` waits, `lock`, `entry` (DAX entry lock), `page` (reference count), `sequence` (notifier), `callback`, `pin`, `dma`, `user`. */
  node: 'task' | 'lock' | 'entry' | 'page' | 'sequence' | 'callback' | 'pin' | 'dma' | 'user';
  text: string;
}

/** Why one operation waited. */
export interface Certificate {
  driver: string;
  /** Task name. */
  task: string;
  /** Index in the workload's operation list, and its line in the input where it has one. */
  op: number;
  line: number | null;
  kind: OperationKind;
  /** The file the operation is about. */
  file: string;
  class: WaitClass;
  /** True: blocked in the sense of D5. False: it ended by itself. */
  blocked: boolean;
  wait_ns: number;
  chain: ChainLink[];
  /** `release` (the driver was made to let go), `signal`, `user` (a later operation of the workload), `itself`, or `never`. */
  ended_by: 'release' | 'signal' | 'user' | 'itself' | 'never';
  /** How many waits of this kind, class and chain shape this one stands for. */
  count: number;
}

/** What other operations would have done while the operation was blocked: found by trying each. */
export interface StoodStill {
  driver: string;
  behind: OperationKind;
  file: string;
  /** Kinds that waited, and for which lock. */
  waited: { kind: string; for: string }[];
  proceeded: string[];
  /** Operations of the workload itself that queued up behind blocked ones of the file, by kind: with `stay` only. */
  queued: Record<string, number>;
}

export interface DriverResult {
  ops: Partial<Record<OperationKind, OperationStats>>;
  /** mmu notifier events delivered to the driver, by event name (CLEAR, UNMAP, ...). */
  notifier: Record<string, number>;
  device_faults: number;
  retries: number;
  transfers: number;
  transfers_failed: number;
  pages_held_max: number;
  /** Pages times simulated nanoseconds during which a reference was held. */
  page_ns_held: string;
  blocks_freed_under_reference: number;
  /** Calls of the driver that the kernel refused: errno to count. */
  refusals: Record<string, number>;
  /** File name to sha256 of its contents as the model has them at the end. */
  files: Record<string, string>;
  simulated_ns: number;
}

export interface Verdict {
  /** Property name, for example `truncate_never_blocked` or `I4`. */
  property: string;
  title: string;
  driver: string;
  /** `holds`: must hold; `breaks`: a correct driver of this kind breaks it by construction. */
  expected: 'holds' | 'breaks';
  got: 'held' | 'broken' | 'not_exercised';
  as_expected: boolean;
  grade: Grade;
  /** Facts that say why the verdict is expected. */
  facts: string[];
  /** Number of violations, and the first one in words. */
  violations: number;
  example: string | null;
}

/** The first observation in which two drivers differ on the same schedule. */
export interface Divergence {
  op: number;
  line: number | null;
  kind: OperationKind;
  task: string;
  what: string;
  drivers: Record<string, string>;
}

/** Calls whose result in the model differs from the log's, gathered by kind and result. */
export interface LogDivergence {
  driver: string;
  kind: OperationKind;
  logged: string;
  modelled: string;
  count: number;
  first_line: number | null;
}

export interface ComparisonResult {
  schema: 'gup-vs-hmm/compare/1';
  model_revision: number;
  /** `gvh1-` and 12 hex digits of the canonical result without this field and `reproduce`. */
  id: string;
  complete: boolean;
  input: {
    name: string;
    title: string;
    sha256: string;
    source: 'log' | 'scenario' | 'generated';
    operations: number;
    tasks: number;
    files: number;
  };
  kernel: string;
  memory: string;
  on_block: 'release' | 'stay';
  cost_table: string;
  seed: number;
  plan: { hold: string; text: string[] };
  drivers: Record<string, DriverResult>;
  certificates: Certificate[];
  stood_still: StoodStill[];
  first_divergence: Divergence | null;
  verdicts: Verdict[];
  log_divergences: LogDivergence[];
  not_modelled: Record<string, number>;
  /** Scenario files: expectations that were not met, one sentence each. */
  unmet: string[];
  /** Shell command that makes this result again. */
  reproduce: string;
}

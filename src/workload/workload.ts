/**
 * A workload: files, tasks and the operations they ask for, the same object for every driver.
 */
import type { Counts, Found } from './effects.ts';
import type { Offset } from './offset.ts';
import type { Operation } from './operation.ts';
import type { DevicePlan } from './device_plan.ts';

/** What part of a file holds at the start. Pages not listed are holes. */
export interface InitialExtent {
  readonly from: number;
  readonly to: number;
  readonly state: 'written' | 'unwritten';
}

export interface WorkloadFile {
  readonly name: string;
  /** i_size at the start. */
  readonly size: Offset;
  readonly extents: readonly InitialExtent[];
  /** False: the file comes into being with its first open (it has no name or blocks before). */
  readonly exists: boolean;
}

export interface WorkloadTask {
  readonly name: string;
  /** Index of the address space; tasks with the same one are threads of a process. */
  readonly mm: number;
  /** RLIMIT_MEMLOCK of the process in pages; absent: it may lock any amount of memory (CAP_IPC_LOCK). */
  readonly memlockPages?: number;
}

/** How the call ended in the log it was taken from. */
export interface LoggedResult {
  /** Symbolic errno, absent for success. */
  readonly errno?: string;
}

export interface WorkloadOp {
  readonly task: number;
  readonly op: Operation;
  /** 1-based line of the log or scenario file that asks for it. */
  readonly line?: number;
  /** Present for logs: what the real call returned. */
  readonly logged?: LoggedResult;
}

/** What a scenario file expects of one operation, for some or all drivers. */
export interface Expectation {
  /** Index into {@link Workload.ops}. */
  readonly op: number;
  /** Driver names it holds for; absent: every driver. */
  readonly drivers?: readonly string[];
  /** Memory kinds it holds for; absent: those on DAX. */
  readonly memory?: readonly string[];
  readonly outcome?: 'completed' | 'blocked' | 'never' | 'failed';
  readonly errno?: string;
  /** Class of the longest wait. */
  readonly waits?: 'none' | 'reference' | 'fault_lock' | 'callback' | 'cascade' | 'lock' | 'freeze';
  /** What the operation did, and the transfer it started. */
  readonly counts?: Counts;
  readonly reads?: Found;
  /** How the transfer that the operation started ended: `completed`, `never` or an errno. */
  readonly transfer?: string;
}

/** What a scenario file expects at the end of the run. */
export interface EndExpectation {
  readonly drivers?: readonly string[];
  readonly memory?: readonly string[];
  /** File name to size in bytes. */
  readonly sizes?: ReadonlyMap<string, Offset>;
  /** Blocks freed while a device reference to them was live. */
  readonly blocksFreedUnderReference?: 'none' | 'some';
  /** What the whole run did. */
  readonly counts?: Counts;
  /** Properties that the run breaks, by id. */
  readonly breaks?: readonly string[];
  /** Properties that the run keeps, by id. */
  readonly holds?: readonly string[];
}

/** One run of a scenario, exactly: what it is made on, and who goes on at each step. */
export interface ScenarioReplay {
  readonly driver: string;
  readonly memory: string;
  readonly kernel: string;
  /** Name of a planted fault. */
  readonly mutant?: string;
  /** A schedule token (`gvs1~...`). */
  readonly schedule: string;
  /** Steps after which user space begins nothing more; absent: it never stops. */
  readonly freezeAt?: number;
}

export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly source: 'log' | 'scenario' | 'generated';
  readonly files: readonly WorkloadFile[];
  readonly tasks: readonly WorkloadTask[];
  /** Names of the regions that operations refer to by index. */
  readonly regions: readonly string[];
  /** In the order in which they begin when nothing runs at the same time (for a log: order of completion). */
  readonly ops: readonly WorkloadOp[];
  /** Absent: the workload names its device operations itself. */
  readonly plan?: DevicePlan;
  /** Present in a scenario that says how it is run: on the small system of generated runs. */
  readonly replay?: ScenarioReplay;
  readonly expect: readonly Expectation[];
  readonly expectEnd: readonly EndExpectation[];
  /** Calls of a log that change files or mappings and are not modelled: name to count. */
  readonly notModelled: ReadonlyMap<string, number>;
}

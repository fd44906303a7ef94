/**
 * What a failure needs and what it does not: each ingredient is left out or changed, and the run is made again.
 */
import { profileFor, underProfile } from '../check/profile.ts';
import { setupOfRun } from '../check/setup_of_run.ts';
import type { ExplainedRun } from '../check/shrink.ts';
import { RELEASES } from '../kernel/release/releases.ts';
import type { Setup } from '../run/session.ts';
import { MEMORY_KINDS } from '../run/setup.ts';
import type { Preemption } from '../schedule/index.ts';
import type { Operation } from '../workload/operation.ts';
import type { Workload } from '../workload/workload.ts';
import { type Failure, Trial } from './failure.ts';
import { simplerSchedules } from './fewer_switches.ts';
import { callText } from './words.ts';

/** `same`: it fails with the same schedule; `other`: with another one; `holds`: no schedule that was tried fails. */
export type Verdict = 'same' | 'other' | 'holds';

export interface Ingredient {
  /** What was changed, in words. */
  readonly change: string;
  readonly verdict: Verdict;
}

/** Other schedules that are tried when the same one no longer fails. */
export const SCHEDULES_TRIED = 80;

/** `run` is the short one, with plain names. */
export function whatMatters(failure: Failure, run: ExplainedRun): Ingredient[] {
  const tried = (change: string, setup: Setup, candidate: ExplainedRun): Ingredient => ({
    change,
    verdict: verdictOf(new Trial(setup, failure.property), candidate),
  });
  return [
    ...systemChanges(failure).map(({ change, setup }) => tried(change, setup, run)),
    ...workloadChanges(run).map(({ change, run: candidate }) => tried(change, failure.setup, candidate)),
    ...preemptionChanges(run).map(({ change, run: candidate }) => ({
      change,
      verdict: new Trial(failure.setup, failure.property).fails(candidate)
        ? ('same' as const)
        : ('holds' as const),
    })),
  ];
}

function verdictOf(trial: Trial, run: ExplainedRun): Verdict {
  if (trial.fails(run)) return 'same';
  for (const candidate of simplerSchedules(run, 2, (one) => trial.choices(one))) {
    if (trial.runs > SCHEDULES_TRIED) break;
    if (trial.fails(candidate)) return 'other';
  }
  return 'holds';
}

interface SystemChange {
  readonly change: string;
  readonly setup: Setup;
}

function systemChanges({ system, setup }: Failure): SystemChange[] {
  const { memory, kernel, mutant } = system;
  const without = (): Setup => underProfile(profileFor(mutant), setupOfRun({ ...system, mutant: null }));
  return [
    ...(mutant === null ? [] : [{ change: `without the planted fault ${mutant.name}`, setup: without() }]),
    ...MEMORY_KINDS.filter(({ name }) => name !== memory).map(({ name }) => ({
      change: `on ${name}`,
      setup: setupOfRun({ ...system, memory: name }),
    })),
    ...RELEASES.filter(({ name }) => name !== kernel).map(({ name }) => ({
      change: `on ${name}`,
      setup: setupOfRun({ ...system, kernel: name }),
    })),
    { change: 'without huge pages (PMD mappings)', setup: { ...setup, pmd_pages: 512 } },
  ];
}

/** How a change begins that leaves one call out. */
export const WITHOUT_CALL = 'without the call ';

interface RunChange {
  readonly change: string;
  readonly run: ExplainedRun;
}

function workloadChanges(run: ExplainedRun): RunChange[] {
  const { workload, freezeAt } = run;
  const withOps = (ops: Workload['ops']): ExplainedRun => ({ ...run, workload: { ...workload, ops } });
  const changes = workload.ops.flatMap((entry, index): RunChange[] => [
    {
      change: `${WITHOUT_CALL}${callText(workload, entry.op)}`,
      run: withOps(workload.ops.toSpliced(index, 1)),
    },
    ...otherWays(entry.op).map(([change, op]) => ({
      change,
      run: withOps(workload.ops.with(index, { ...entry, op })),
    })),
  ]);
  const freeze =
    freezeAt === null
      ? []
      : [{ change: 'if user space goes on to the end', run: { ...run, freezeAt: null } }];
  return [...changes, ...freeze];
}

/** The same operation with one of its circumstances the other way round. */
function otherWays(op: Operation): (readonly [string, Operation])[] {
  switch (op.kind) {
    case 'mmap':
      return [
        op.shared
          ? ['with MAP_PRIVATE', { ...op, shared: false, sync: false }]
          : ['with MAP_SHARED', { ...op, shared: true }],
      ];
    case 'attach':
      return [
        [
          op.perTransfer
            ? 'if the driver holds its pages until detach'
            : 'if pages are held only during a transfer',
          { ...op, perTransfer: !op.perTransfer },
        ],
        ...(op.survivesExit
          ? [['if the region is detached at exit', { ...op, survivesExit: false }] as const]
          : []),
      ];
    case 'dma_read':
      return [['if the device writes instead', { ...op, kind: 'dma_write' }]];
    case 'dma_write':
      return [['if the device reads instead', { ...op, kind: 'dma_read' }]];
    default:
      return [];
  }
}

function preemptionChanges(run: ExplainedRun): RunChange[] {
  const { schedule } = run.schedule;
  return schedule.preemptions.map((preemption, index) => ({
    change: `if ${preemptionText(run.workload, preemption)} did not happen`,
    run: {
      ...run,
      schedule: {
        kind: 'replay',
        schedule: { ...schedule, preemptions: schedule.preemptions.toSpliced(index, 1) },
      },
    },
  }));
}

/** `the stop of task0 before try_grab_folio`. */
export function preemptionText({ tasks }: Workload, { task, label }: Preemption): string {
  const name = tasks[task]?.name ?? `dev${task - tasks.length}`;
  const [path, ...rest] = label.split('.');
  const where = label === 'user' ? 'between two calls' : `before ${rest.join('.')} in ${path}`;
  return `the stop of ${name} ${where}`;
}

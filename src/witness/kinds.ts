/**
 * The kinds of observation that a guest can make, each with the name that `witness --what` takes. A further kind is a
 * function that boots a guest with a plan of its own, and a line here.
 */
import type { Observation } from './cell.ts';
import { type DisputedFactsObservation, judgeDisputedFacts, witnessDisputedFacts } from './disputed_facts.ts';
import { kernelName } from './kernel_tree.ts';
import { observationJson } from './observation_json.ts';
import { type RealUsersObservation, userCells, witnessRealUsers } from './real_users.ts';
import { SIDE_EFFECT_MEMORIES, witnessSideEffects } from './side_effects.ts';
import { sideEffectsJson } from './side_effects_json.ts';
import { stagedJson } from './staged_scene.ts';
import { witness, type WitnessOptions } from './witness.ts';

/** What one kernel was seen to do, as far as the command line needs to know. */
export interface Observed {
  /** The kernel's name in the project (linux-6.1), and what `uname -r` says. */
  readonly kernel: string;
  readonly release: string;
  /** Warnings and worse in the guest's kernel log. */
  readonly alarms: readonly string[];
  /** The document, as it is committed. */
  readonly json: string;
  /** What a reader should know of it at once: names and values. */
  readonly summary: readonly (readonly [name: string, value: string])[];
  /** The cells, for the kind that the model is held against. */
  readonly cells?: Observation['cells'];
}

export interface ObservationKind {
  /** As `--what` takes it. */
  readonly name: string;
  /** One line for the help text. */
  readonly title: string;
  /** What the names of its saved files begin with, before the kernel's name. */
  readonly filePrefix: string;
  /** True: `--memory`, `--driver` and `--op` choose parts of it. */
  readonly selectable: boolean;
  /** Boots a guest. Throws a WitnessError; an observation is whole or there is none. */
  readonly observe: (options: WitnessOptions) => Promise<Observed>;
}

const CELLS: ObservationKind = {
  name: 'cells',
  title: 'one operation against one driver on one kind of memory, as the model is asked too',
  filePrefix: '',
  selectable: true,
  async observe(options) {
    const { observation, accelerator, bootMs, totalMs } = await witness(options);
    const { kernel, kernel_alarms, memories, cells } = observation;
    return {
      kernel: cells[0]?.kernel ?? '',
      release: kernel.release,
      alarms: kernel_alarms,
      json: observationJson(observation),
      summary: [
        ['cells', String(cells.length)],
        ['guest', `booted in ${seconds(bootMs)}, done in ${seconds(totalMs)} (${accelerator})`],
        ['DAX', memories.map(({ name, dax }) => `${name} ${dax ? 'yes' : 'no'}`).join(', ')],
      ],
      cells,
    };
  },
};

const DISPUTED_FACTS_KIND: ObservationKind = {
  name: 'disputed-facts',
  title: 'facts that were derived by reading, staged',
  filePrefix: 'disputed_facts-',
  selectable: false,
  async observe(options) {
    const seen = await witnessDisputedFacts(options);
    const verdicts = judgeDisputedFacts(seen).map(({ id, status }): [string, string] => [
      id,
      status.replace('_', ' '),
    ]);
    return stagedObservation(seen, verdicts);
  },
};

const SIDE_EFFECTS_KIND: ObservationKind = {
  name: 'side-effects',
  title: 'what stands still while a truncate or a punch waits',
  filePrefix: 'side_effects-',
  selectable: false,
  async observe(options) {
    const { sideEffects } = await witnessSideEffects({ ...options, memories: [...SIDE_EFFECT_MEMORIES] });
    const { release } = sideEffects.kernel;
    return {
      kernel: kernelName(release),
      release,
      alarms: sideEffects.kernel_alarms,
      json: sideEffectsJson(sideEffects),
      summary: sideEffects.effects.map(({ memory, call, outcome }): [string, string] => [
        `${memory} ${call}`,
        outcome,
      ]),
    };
  },
};

const REAL_USERS_KIND: ObservationKind = {
  name: 'real-users',
  title: 'vmsplice, io_uring, AF_XDP, O_DIRECT and RDMA in the place of the probe',
  filePrefix: 'real_users-',
  selectable: false,
  async observe(options) {
    const seen = await witnessRealUsers(options);
    const cells = userCells(seen).map(({ user, memory, op, attach, outcome }): [string, string] => [
      `${user} ${memory} ${op}`,
      outcome ?? attach,
    ]);
    return stagedObservation(seen, cells);
  },
};

function stagedObservation(
  seen: DisputedFactsObservation | RealUsersObservation,
  summary: Observed['summary'],
): Observed {
  const { release } = seen.kernel;
  return { kernel: kernelName(release), release, alarms: [], json: stagedJson(seen), summary };
}

/** The first is the one that is made when none is named. */
export const OBSERVATION_KINDS: readonly ObservationKind[] = [
  CELLS,
  SIDE_EFFECTS_KIND,
  DISPUTED_FACTS_KIND,
  REAL_USERS_KIND,
];

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/**
 * a scope -> every state that can be reached, and a verdict for each property: safety of each, and that everything ends.
 */
import { encodeRun } from '../check/run_token.ts';
import { setupOfRun } from '../check/setup_of_run.ts';
import { expectedVerdict, type Invariant } from '../invariants/index.ts';
import { releaseNamed } from '../kernel/release/releases.ts';
import type { Mutant } from '../mutants/index.ts';
import { filesystemOf } from '../run/setup.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import { estimateStates } from './estimate.ts';
import { Graph, ShortestWays, type Transitions } from './graph.ts';
import { findLassos, type Lasso, LIVENESS, type LivenessQuestion } from './liveness.ts';
import { driverOf, type Program, programOf } from './program.ts';
import { replayable } from './replay.ts';
import type { Counterexample, ExploreResult, ExploreVerdict } from './result.ts';
import { checkScope, type Scope, scopeTitle } from './scope.ts';
import { searchReduced } from './reduction.ts';
import {
  type Ending,
  type Finding,
  firstSearchState,
  Search,
  type SearchLimits,
  type SearchState,
} from './search.ts';
import { SessionModel, type SessionModelOptions } from './session_model.ts';
import { collisionProbability } from './visited.ts';

export interface ExploreRequest {
  readonly scope: Scope;
  readonly invariants: readonly Invariant[];
  /** Nanoseconds by cost class. */
  readonly costs: Readonly<Record<string, number>>;
  readonly mutant?: Mutant;
  readonly modelRevision: number;
  /** Merge steps that no order of other steps can change. */
  readonly reduction: boolean;
  /** The search ends undecided before it has more states. */
  readonly statesMax: number;
  readonly onProgress?: (progress: {
    readonly what: string;
    readonly done: number;
    readonly total: number;
  }) => void;
  readonly signal?: { readonly aborted: boolean };
  /** Where to go on from, and what is done with how far the search is. */
  readonly checkpoints?: Checkpoints;
}

export interface Checkpoints {
  /** Of an earlier search of the same; null: there is none. */
  readonly earlier: Uint8Array | null;
  /** It is time for another one. */
  readonly due: () => boolean;
  readonly save: (bytes: Uint8Array) => void;
}

/** Throws RangeError for a scope that is too large or empty, and for names that nothing has; CheckpointError for one of another search. */
export function explore(request: ExploreRequest): ExploreResult {
  checkScope(request.scope);
  const exploration = new Exploration(request);
  return exploration.result(exploration.run());
}

class Exploration {
  private readonly request: ExploreRequest;
  private readonly program: Program;
  private readonly options: SessionModelOptions;
  private graph = new Graph();
  private state: SearchState = firstSearchState();
  private readonly estimate: number;
  /** One model in its first state, whatever has been done with it. */
  private readonly model: SessionModel;

  constructor(request: ExploreRequest) {
    const { scope, invariants, costs, mutant, reduction } = request;
    this.request = request;
    this.program = programOf(scope);
    const driver = driverOf(scope);
    this.options = {
      scope,
      program: this.program,
      driver,
      mutant: mutant ?? null,
      invariants,
      costs,
      footprints: reduction,
    };
    this.model = new SessionModel(this.options);
    this.estimate = estimateStates(this.model);
  }

  run(): Ending {
    const { statesMax, signal, reduction } = this.request;
    const stopped = (): boolean => signal?.aborted === true;
    const first = this.model.store.mark();
    const ending = reduction ? this.runReduced({ statesMax, stopped }) : this.runFull({ statesMax, stopped });
    this.model.store.undo(first);
    return ending;
  }

  private runReduced(limits: SearchLimits): Ending {
    const watch = (checkpoint: () => Checkpoint, state: SearchState, last: boolean): void => {
      this.tell(state);
      this.save(checkpoint, last);
    };
    const outcome = searchReduced(this.model, limits, watch, this.earlier());
    this.graph = outcome.graph;
    this.state = outcome.state;
    return outcome.ending;
  }

  private runFull({ statesMax, stopped }: SearchLimits): Ending {
    const earlier = this.earlier();
    if (earlier !== null) {
      this.graph = earlier.graph;
      this.state = earlier.state;
    }
    const { graph, state } = this;
    const checkpoint = (): Checkpoint => ({ state, graph, reduction: null });
    const limits = {
      statesMax,
      stopped: () => {
        this.tell(state);
        this.save(checkpoint, stopped());
        return stopped();
      },
    };
    const ending = new Search(this.model, graph, limits, state).run();
    if (ending === 'full') this.save(checkpoint, true);
    return ending;
  }

  private earlier(): Checkpoint | null {
    const bytes = this.request.checkpoints?.earlier ?? null;
    return bytes === null ? null : decodeCheckpoint(this.identity(), bytes);
  }

  private save(checkpoint: () => Checkpoint, last: boolean): void {
    const { checkpoints } = this.request;
    if (checkpoints === undefined || !(last || checkpoints.due())) return;
    checkpoints.save(encodeCheckpoint(this.identity(), checkpoint()));
  }

  /** What is searched: everything that the states depend on. */
  private identity(): string {
    const { scope, mutant, modelRevision, reduction } = this.request;
    return JSON.stringify({ scope, mutant: mutant?.name ?? null, modelRevision, reduction });
  }

  private tell({ visited }: SearchState): void {
    this.request.onProgress?.({ what: 'states', done: visited.size, total: 0 });
  }

  private expected(invariant: string): ReturnType<typeof expectedVerdict> {
    const { memory, kernel } = this.request.scope;
    const { rules } = releaseNamed(kernel);
    return expectedVerdict(this.options.driver, invariant, filesystemOf(memory).dax, rules);
  }

  result(ending: Ending): ExploreResult {
    const { scope, mutant, modelRevision } = this.request;
    const { visited, transitions, depthMax } = this.state;
    return {
      schema: 'gup-vs-hmm/explore/1',
      model_revision: modelRevision,
      scope: {
        title: scopeTitle(scope),
        blocks: scope.blocks,
        fs_ops: [...scope.fsOps],
        mirrors: scope.mirrors,
        short_pins: scope.shortPins,
        long_pins: scope.longPins,
        forks: scope.forks,
        memory: scope.memory,
        kernel: scope.kernel,
        driver: this.options.driver.name,
      },
      mutant: mutant?.name ?? null,
      reduction: this.request.reduction ? 'on' : 'off',
      exhausted: ending === 'exhausted',
      states_estimate: this.estimate,
      states: visited.size,
      transitions,
      depth: depthMax,
      collision_probability: collisionProbability(visited.size),
      bytes: visited.bytes + this.graph.bytes,
      verdicts: this.verdicts(ending),
    };
  }

  private verdicts(ending: Ending): ExploreVerdict[] {
    const transitions = this.graph.transitions();
    const ways = new ShortestWays(transitions);
    const { model } = this;
    const safety = this.request.invariants.map((invariant) =>
      this.safetyVerdict(invariant, ending, ways, model),
    );
    return [
      ...safety,
      ...LIVENESS.map((question) => this.livenessVerdict(question, ending, transitions, model)),
    ];
  }

  private safetyVerdict(
    { id, title, facts }: Invariant,
    ending: Ending,
    ways: ShortestWays,
    model: SessionModel,
  ): ExploreVerdict {
    const { expected, facts: why } = this.expected(id);
    const finding = this.state.findings.get(id);
    const counterexample = finding === undefined ? null : this.shortest(finding, ways, model, id);
    return verdict(
      { property: id, title, facts: [...(why.length > 0 ? why : facts)] },
      expected,
      ending,
      counterexample,
    );
  }

  /** A question of ever has no answer before all states are known. */
  private livenessVerdict(
    question: LivenessQuestion,
    ending: Ending,
    transitions: Transitions,
    model: SessionModel,
  ): ExploreVerdict {
    const { property, title, facts } = question;
    const { expected } = this.expected('I2');
    const lassos = ending === 'exhausted' ? findLassos(transitions, question.id) : [];
    const [first] = [...lassos].sort(
      (a, b) => a.stem.length + a.cycle.length - b.stem.length - b.cycle.length,
    );
    const counterexample = first === undefined ? null : this.lasso(first, model);
    return verdict({ property, title, facts: [...facts] }, expected, ending, counterexample);
  }

  private shortest(
    { places, text }: Finding,
    ways: ShortestWays,
    model: SessionModel,
    id: string,
  ): Counterexample {
    const distance = ({ state, task }: Finding['places'][number]): number =>
      (ways.distance[state] as number) + (task < 0 ? 0 : 1);
    const place = places.reduce((best, other) => (distance(other) < distance(best) ? other : best));
    const steps = [...ways.to(place.state), ...(place.task < 0 ? [] : [place.task])];
    return {
      text: textOf(model, steps, id) ?? text,
      steps: steps.length,
      cycle: null,
      token: this.token(model, steps),
    };
  }

  private lasso({ task, stem, cycle }: Lasso, model: SessionModel): Counterexample {
    const { session } = model;
    const whoGoesOn = [...new Set(cycle)].map((one) => session.taskName(one)).join(', ');
    const text = `${session.taskName(task)} never ends, while ${whoGoesOn === '' ? 'nothing' : whoGoesOn} goes on`;
    return {
      text,
      steps: stem.length,
      cycle: cycle.map((one) => session.taskName(one)),
      token: this.token(model, [...stem, ...cycle, ...cycle]),
    };
  }

  private token(model: SessionModel, steps: readonly number[]): string {
    const { scope, mutant, costs } = this.request;
    const { memory, kernel } = scope;
    const { driver } = this.options;
    const setup = setupOfRun({ memory, kernel, driver, mutant: mutant ?? null, costs });
    const { workload, schedule, freezeAt } = replayable(model, this.program, setup, steps);
    const conditions = { memory, kernel, driver: driver.name, mutant: mutant?.name ?? null };
    return encodeRun(conditions, { workload, freezeAt, schedule: { kind: 'replay', schedule } });
  }
}

/** What the last of these steps shows to be wrong with the property, in words. */
function textOf(model: SessionModel, steps: readonly number[], property: string): string | undefined {
  const mark = model.store.mark();
  steps.forEach((task, index) => {
    if (index === steps.length - 1) model.found.clear();
    model.step(task);
  });
  model.look();
  const text = model.found.get(property);
  model.store.undo(mark);
  model.found.clear();
  return text;
}

function verdict(
  about: Pick<ExploreVerdict, 'property' | 'title'> & { readonly facts: readonly string[] },
  expected: ExploreVerdict['expected'],
  ending: Ending,
  counterexample: Counterexample | null,
): ExploreVerdict {
  const exhausted = ending === 'exhausted';
  const { property, title, facts } = about;
  const broken = counterexample !== null;
  return {
    property,
    title,
    expected,
    got: broken ? 'broken' : exhausted ? 'held' : 'undecided',
    as_expected: !broken || expected === 'breaks',
    grade: exhausted ? 'exhausted' : broken ? 'counterexample' : 'searched',
    facts: [...facts],
    counterexample,
  };
}

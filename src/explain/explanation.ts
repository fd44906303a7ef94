/**
 * run + property -> the story of how it broke: made short, told step by step, with the state at the break, what it needs, and
 * what becomes of it under other drivers.
 */
import { encodeRun } from '../check/run_token.ts';
import type { ExplainedRun } from '../check/shrink.ts';
import { MODEL_REVISION } from '../compare/index.ts';
import { CHECK_INVARIANTS } from '../invariants/index.ts';
import { type Fact, fact } from '../kernel/facts/index.ts';
import type { Mutant } from '../mutants/index.ts';
import type { Failure } from './failure.ts';
import { harmOf, headlineOf } from './headline.ts';
import { type Mark, marksOf } from './marks.ts';
import { underOtherDrivers, type UnderDriver } from './other_drivers.ts';
import { withPlainNames } from './renumber.ts';
import { shorten, TRIES_MAX } from './shorten.ts';
import { type PageState, type StateAtBreak, stateAtBreak } from './state_at_break.ts';
import { type Story, storyOf } from './story.ts';
import { type Trace, traceRun } from './trace.ts';
import { type Ingredient, SCHEDULES_TRIED, whatMatters } from './what_matters.ts';
import { callText, fileText, inShort, resultText } from './words.ts';

export interface ExplainedCall {
  readonly task: string;
  readonly text: string;
  /** `0`, `-EFAULT`; null: it did not return, or was not begun before the break. */
  readonly result: string | null;
}

export interface PlantedFault {
  readonly name: string;
  readonly title: string;
  /** The function that is wrong: the one in which the run met the fault. */
  readonly function: string;
  readonly imitates: string;
}

/** All that is told, as data; every format is a function of it. */
export interface Explanation {
  readonly schema: 'gup-vs-hmm/explanation/1';
  readonly model_revision: number;
  readonly property: string;
  readonly title: string;
  readonly headline: string;
  /** What somebody loses by it; null: not known of this property. */
  readonly harm: string | null;
  /** The violation, in a sentence. */
  readonly text: string;
  /** The function in which it broke (null: in the device itself), and the task. */
  readonly where: { readonly function: string | null; readonly task: string } | null;
  /** The driver breaks the property by construction. */
  readonly expected: boolean;
  readonly memory: string;
  readonly kernel: string;
  readonly driver: string;
  readonly driver_title: string;
  readonly mutant: PlantedFault | null;
  /** The run that is told, and the one it was made of. */
  readonly token: string;
  readonly original_token: string;
  readonly shortened: {
    readonly operations: readonly [before: number, after: number];
    readonly preemptions: readonly [before: number, after: number];
    /** Runs made to find it, and whether every smaller one was tried. */
    readonly runs: number;
    readonly exhausted: boolean;
  };
  /** What each file is like at the start. */
  readonly files: readonly string[];
  readonly calls: readonly ExplainedCall[];
  readonly story: Story;
  readonly at_break: StateAtBreak;
  readonly what_matters: readonly Ingredient[];
  readonly schedules_tried: number;
  readonly other_drivers: readonly UnderDriver[];
  readonly facts: readonly Pick<Fact, 'id' | 'title' | 'text'>[];
  /** Other properties that the facts name. */
  readonly mentioned: readonly { readonly id: string; readonly title: string }[];
}

/** An explanation, and what formats with more detail are made from. */
export interface Explained {
  readonly explanation: Explanation;
  readonly failure: Failure;
  readonly run: ExplainedRun;
  readonly trace: Trace;
  readonly marks: readonly Mark[];
}

/** Tells a failure. `triesMax`: runs that making it short may take. */
export function explain(failure: Failure, triesMax: number = TRIES_MAX): Explained {
  const { property, setup, system } = failure;
  const short = shorten(failure, triesMax);
  const run = { ...short.run, workload: withPlainNames(short.run.workload) };
  const seen: { state?: StateAtBreak } = {};
  // The first trace finds the pages that the break is about, the second looks at them.
  const first = traceRun(setup, run, property);
  const pfns = pfnsOf(first);
  const trace = traceRun(setup, run, property, (session) => {
    seen.state = stateAtBreak(session, pfns);
  });
  const facts = factsOf(failure);
  const marks = marksOf(trace, system.mutant, property.id);
  const atBreak = seen.state ?? stateAtBreak(trace.session, pfns);
  const { memory, kernel, driver, mutant } = system;
  const conditions = { memory, kernel, driver: driver.name, mutant: mutant?.name ?? null };
  const explanation: Explanation = {
    schema: 'gup-vs-hmm/explanation/1',
    model_revision: MODEL_REVISION,
    property: property.id,
    title: property.title,
    headline: headlineOf(property.id, property.title),
    harm: harmOf(property.id),
    text: inShort(trace.violation ?? ''),
    where: placeOf(trace, marks),
    expected: failure.expected,
    ...{ memory, kernel, driver: driver.name, driver_title: driver.title },
    mutant: mutant === null ? null : { ...plantedIn(mutant, trace, marks), imitates: mutant.imitates },
    token: encodeRun(conditions, short.run),
    original_token: encodeRun(conditions, failure.run),
    shortened: {
      operations: [failure.run.workload.ops.length, run.workload.ops.length],
      preemptions: [preemptions(failure.run), preemptions(run)],
      runs: short.tries,
      exhausted: short.exhausted,
    },
    files: run.workload.files.map(fileText),
    calls: callsOf(trace),
    story: storyOf(trace, marks, new Set(atBreak.pages.flatMap(framesOf))),
    at_break: atBreak,
    what_matters: whatMatters(failure, run),
    schedules_tried: SCHEDULES_TRIED,
    other_drivers: underOtherDrivers(failure, run),
    facts,
    mentioned: mentioned(facts, property.id),
  };
  return { explanation, failure, run, trace, marks };
}

function plantedIn(
  { name, title, patches }: Mutant,
  trace: Trace,
  marks: readonly Mark[],
): Omit<PlantedFault, 'imitates'> {
  const met = marks.find(({ kind }) => kind === 'missing' || kind === 'unchecked' || kind === 'wrong');
  const place = met === undefined ? undefined : trace.steps[met.step]?.entries[met.entry]?.stack.at(-1);
  return { name, title, function: place?.path ?? patches[0]?.path ?? 'the driver' };
}

const framesOf = ({ pfn, pages }: PageState): number[] =>
  Array.from({ length: pages }, (_, page) => pfn + page);

function placeOf(trace: Trace, marks: readonly Mark[]): Explanation['where'] {
  const end = marks.find(({ kind }) => kind === 'break');
  const step = end === undefined ? undefined : trace.steps[end.step];
  const path = step?.entries[end?.entry ?? 0]?.stack.at(-1)?.path;
  if (step === undefined || path === undefined) return null;
  return { function: path === 'device_engine' ? null : path, task: trace.session.taskName(step.task) };
}

const preemptions = ({ schedule }: ExplainedRun): number => schedule.schedule.preemptions.length;

/** Physical pages that the step of the break is about. */
function pfnsOf({ steps, breakStep }: Trace): number[] {
  const entries = steps[breakStep ?? steps.length - 1]?.entries ?? [];
  return entries.flatMap(({ events }) =>
    events.flatMap(({ event }) => ('pfn' in event && event.pfn > 0 ? [event.pfn] : [])),
  );
}

/** The calls in the order in which they begin. */
function callsOf({ session }: Trace): ExplainedCall[] {
  const { workload, outcomes } = session;
  return workload.ops.map(({ task, op }, index) => {
    const outcome = outcomes[index];
    const ended = outcome !== undefined && outcome.endTime >= 0;
    return {
      task: session.taskName(task),
      text: callText(workload, op),
      result: ended ? resultText(outcome.ret) : null,
    };
  });
}

/** Facts of the fault; where none is planted, those of the property. */
function factsOf({ property, system }: Failure): Pick<Fact, 'id' | 'title' | 'text'>[] {
  const ids = [...new Set(system.mutant?.facts ?? property.facts)];
  return ids.map((id) => {
    const { title, text } = fact(id);
    return { id: id as Fact['id'], title, text: withoutReferences(text, ids) };
  });
}

/** `(K59, K138)` goes where none of them is told. */
function withoutReferences(text: string, told: readonly string[]): string {
  return text.replaceAll(/ \((?:K\d+(?:, | and )?)+\)/g, (all) =>
    told.some((id) => all.includes(id)) ? all : '',
  );
}

/** Other properties that the facts name. */
function mentioned(facts: readonly Pick<Fact, 'text'>[], property: string): Explanation['mentioned'] {
  const names = new Set(facts.flatMap(({ text }) => text.match(/\bI\d+\b/g) ?? []));
  return CHECK_INVARIANTS.filter(({ id }) => id !== property && names.has(id)).map(({ id, title }) => ({
    id,
    title,
  }));
}

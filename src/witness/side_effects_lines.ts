/** Report lines of `probe effects` to rows and stories. The words are those of probe/program/effect_row.c and effect_story.c. */
import type { MemoryProof } from './cell.ts';
import type { EffectStory, SideEffect } from './side_effect.ts';
import { EFFECT_OUTCOMES } from './side_effect.ts';
import { waitsFor } from './waits_for.ts';
import { WitnessError } from './witness_error.ts';

export interface AssembledEffects {
  readonly release: string;
  readonly memories: readonly MemoryProof[];
  /** In the order of the report; only those whose report is whole. */
  readonly effects: readonly SideEffect[];
  readonly stories: readonly EffectStory[];
  /** What the guest itself says went wrong. */
  readonly errors: readonly string[];
  readonly complete: boolean;
}

type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

interface Assembly {
  release: string;
  complete: boolean;
  row: Draft<SideEffect> | undefined;
  story: Draft<EffectStory> | undefined;
  readonly memories: Draft<MemoryProof>[];
  readonly effects: SideEffect[];
  readonly stories: EffectStory[];
  readonly errors: string[];
}

type Handlers<T> = Readonly<Record<string, (subject: T, rest: readonly string[]) => void>>;

/** Throws for a line that no version of the probe program writes. */
export function assembleEffects(lines: readonly string[]): AssembledEffects {
  const assembly: Assembly = {
    ...{ release: '', complete: false, row: undefined, story: undefined },
    ...{ memories: [], effects: [], stories: [], errors: [] },
  };
  for (const line of lines) take(assembly, line);
  const { release, memories, effects, stories, errors, complete } = assembly;
  return { release, memories, effects, stories, errors, complete };
}

function take(assembly: Assembly, line: string): void {
  const [word = '', ...rest] = line.split(' ');
  const { row, story } = assembly;
  if (word in RUN_WORDS) RUN_WORDS[word]?.(assembly, rest);
  else if (row !== undefined && word in ROW_WORDS) ROW_WORDS[word]?.(row, rest);
  else if (story !== undefined && word in STORY_WORDS) STORY_WORDS[word]?.(story, rest);
  else throw new WitnessError('guest', `The guest said what this program does not know: ${line}`);
}

const RUN_WORDS: Handlers<Assembly> = {
  kernel(assembly, [release = '']) {
    assembly.release = release;
  },
  memory({ memories }, [name = '', , dax, , mapSync = '']) {
    memories.push({ name, dax: dax === 'yes', map_sync: mapSync, mount: '' });
  },
  mount({ memories }, [name = '', ...mount]) {
    const proof = memories.find((memory) => memory.name === name);
    if (proof !== undefined) proof.mount = mount.join(' ');
  },
  effect(assembly, [memory = '', driver = '', wait = '', behind, call = '']) {
    assembly.row = {
      ...{ memory, driver, wait, behind: wordOrNull(behind), call, outcome: 'completed', errno: null },
      ...{ state: null, sleeps_in: null, waits_for: null, interruptible: null, interrupt_errno: null },
      ...{ killable: null, after_release: null, waiter_sleeps_in: null, stack: [] },
    };
  },
  story(assembly, [memory = '', driver = '', story = '']) {
    assembly.story = { memory, driver, story, facts: [], recorded: {} };
  },
  end(assembly) {
    if (assembly.row !== undefined) assembly.effects.push(assembly.row);
    if (assembly.story !== undefined) assembly.stories.push(assembly.story);
    assembly.row = undefined;
    assembly.story = undefined;
  },
  error(assembly, rest) {
    const { row, story } = assembly;
    const where = [row?.memory, row?.driver, row?.wait, row?.behind, row?.call, story?.memory, story?.story];
    assembly.errors.push(
      `${where.filter((part) => part !== undefined && part !== null).join(' ')}: ${rest.join(' ')}`,
    );
    assembly.row = undefined;
    assembly.story = undefined;
  },
  done(assembly, [how]) {
    assembly.complete = how === 'complete';
  },
};

const ROW_WORDS: Handlers<Draft<SideEffect>> = {
  outcome(row, [outcome, errno]) {
    const known = EFFECT_OUTCOMES.find((name) => name === outcome);
    if (known === undefined)
      throw new WitnessError('guest', `The guest knows an outcome ${String(outcome)}.`);
    row.outcome = known;
    row.errno = wordOrNull(errno);
  },
  waiter(row, [, where]) {
    row.waiter_sleeps_in = wordOrNull(where);
  },
  waits(row, [state = '', where]) {
    row.state = state;
    row.sleeps_in = state === 'R' ? null : wordOrNull(where);
  },
  stack(row, functions) {
    row.stack = functions.filter((name) => name !== '');
    row.waits_for = waitsFor(row.stack);
    if (row.waits_for === null && row.state !== 'R')
      throw new WitnessError('guest', `waits_for.ts does not know this stack: ${row.stack.join(' ')}`);
  },
  after(row, [outcome, errno]) {
    row.after_release = {
      outcome: outcome === 'completed' ? 'completed' : 'failed',
      errno: wordOrNull(errno),
    };
  },
  interruptible(row, [answer, errno]) {
    row.interruptible = answer === 'yes';
    row.interrupt_errno = wordOrNull(errno);
  },
  killable(row, [answer]) {
    row.killable = answer === 'yes';
  },
};

const STORY_WORDS: Handlers<Draft<EffectStory>> = {
  fact(story, [question = '', ...answer]) {
    story.facts = [...story.facts, { question, answer: answer.join(' ') }];
  },
  recorded(story, [what = '', count]) {
    if (count === undefined || !/^\d+$/.test(count))
      throw new WitnessError('guest', `The guest wrote "${String(count)}" where a number belongs.`);
    story.recorded = { ...story.recorded, [what]: Number(count) };
  },
};

/** `-` stands for none. */
function wordOrNull(word: string | undefined): string | null {
  return word === undefined || word === '-' ? null : word;
}

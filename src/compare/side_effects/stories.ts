/**
 * The stories of `src/witness/side_effects.md` told by the model: the same questions, with the model's answers.
 */
import { driverNamed } from '../../drivers/index.ts';
import { size_page } from '../../kernel/fs/inode.ts';
import { inodeOf } from '../../run/syscalls.ts';
import type { Operation } from '../../workload/operation.ts';
import type { ReplayConditions } from '../conditions.ts';
import { effectCall } from './calls.ts';
import { LAYOUT } from './layout.ts';
import { Play } from './play.ts';

export interface Fact {
  readonly question: string;
  readonly answer: string;
}

/** A story the model tells, or why it does not. */
export interface ModelStory {
  readonly facts?: readonly Fact[];
  readonly notModelled?: string;
}

const { holder, waiter, bystander, file } = LAYOUT;

const truncateTo = (page: number): Operation => ({ kind: 'truncate', file, size: { page, byte: 0 } });
const detach = (region: number): Operation => ({ kind: 'detach', region });
const yesNo = (yes: boolean): string => (yes ? 'yes' : 'no');

/** Throws RangeError for a call that the model does not have. */
function operation(id: string): Operation {
  const { op } = effectCall(id);
  if (op === undefined) throw new RangeError(`the model has no ${id}`);
  return op;
}

/** Collects a story's facts. */
class Telling {
  readonly facts: Fact[] = [];
  readonly play: Play;

  constructor(driver: string, conditions: ReplayConditions, outlives = false) {
    const found = driverNamed(driver);
    if (found === undefined) throw new RangeError(`no driver named ${driver}`);
    this.play = new Play(found, conditions, outlives);
  }

  tell(question: string, answer: string): void {
    this.facts.push({ question, answer });
  }

  tellOf(question: string, call: number, task: number): void {
    this.tell(question, this.play.inWords(call, task));
  }

  ended(call: number): boolean {
    return this.play.result(call) !== undefined;
  }
}

type Teller = (conditions: ReplayConditions) => readonly Fact[];

const secondPin: Teller = (conditions) => {
  const story = new Telling('gup', conditions);
  const { play } = story;
  const truncate = play.begin(waiter, truncateTo(0));
  story.tellOf('second_pin', play.begin(bystander, operation('pin_present')), bystander);
  play.begin(holder, detach(0));
  story.tellOf('truncate_after_first_release', truncate, waiter);
  play.begin(bystander, detach(1));
  story.tellOf('truncate_after_second_release', truncate, waiter);
  return story.facts;
};

const twoWaiters: Teller = (conditions) => {
  const story = new Telling('gup', conditions);
  const { play } = story;
  play.begin(waiter, truncateTo(0));
  const two = play.begin(bystander, truncateTo(8));
  story.tellOf('second_truncate', two, bystander);
  play.begin(holder, detach(0));
  story.tell('size_pages_in_the_end', String(size_page(play.session.system, inodeOf(file))));
  return story.facts;
};

const firstWaiterGivesUp: Teller = (conditions) => {
  const story = new Telling('gup', conditions);
  const { play } = story;
  const one = play.begin(waiter, truncateTo(0));
  const two = play.begin(bystander, truncateTo(8));
  story.tellOf('second_truncate', two, bystander);
  play.signal(waiter);
  story.tellOf('first_truncate_after_signal', one, waiter);
  story.tellOf('second_truncate_then', two, bystander);
  return story.facts;
};

const holderExits: Teller = (conditions) => {
  const story = new Telling('gup', conditions);
  const { play } = story;
  const truncate = play.begin(waiter, truncateTo(0));
  const exit = play.begin(holder, { kind: 'exit' });
  story.tellOf('truncate', truncate, waiter);
  story.tell('holder_is_gone', yesNo(story.ended(exit)));
  return story.facts;
};

const holderLeavesDevice: Teller = (conditions) => {
  const story = new Telling('gup', conditions, true);
  const { play } = story;
  const truncate = play.begin(waiter, truncateTo(0));
  const exit = play.begin(holder, { kind: 'exit' });
  story.tellOf('truncate', truncate, waiter);
  story.tell('holder_is_gone', yesNo(story.ended(exit)));
  // Whoever has the last reference to the device lets it go.
  play.begin(bystander, detach(0));
  story.tellOf('truncate_after_child_exit', truncate, waiter);
  return story.facts;
};

/** SIGKILL ends what a signal ends, here (see rows.ts): a call that it does not end keeps its process alive. */
const holderWrites: Teller = (conditions) => {
  const story = new Telling('gup', conditions);
  const { play } = story;
  const truncate = play.begin(waiter, truncateTo(0));
  const write = play.begin(holder, operation('pwrite'));
  story.tellOf('holders_write', write, holder);
  play.signal(holder);
  story.tellOf('holders_write_after_signal', write, holder);
  story.tell('holder_dies_by_sigkill', yesNo(story.ended(write)));
  story.tellOf('truncate', truncate, waiter);
  play.signal(waiter);
  story.tellOf('truncate_after_signal', truncate, waiter);
  story.tell('holder_is_gone_then', yesNo(story.ended(write)));
  return story.facts;
};

const holderTruncates: Teller = (conditions) => {
  const story = new Telling('gup', conditions);
  const { play } = story;
  const once = play.begin(holder, truncateTo(0));
  story.tellOf('holders_truncate', once, holder);
  play.signal(holder);
  story.tellOf('holders_truncate_after_signal', once, holder);
  const again = play.begin(holder, truncateTo(0));
  story.tellOf('holders_truncate_again', again, holder);
  play.signal(holder);
  story.tell('holder_dies_by_sigkill', yesNo(story.ended(again)));
  return story.facts;
};

/** The callback that waits is the first one: it drains a transfer of a slow device. */
const behindSlowCallback =
  (call: string): Teller =>
  (conditions) => {
    const story = new Telling('hmm_mirror', conditions);
    const { play } = story;
    play.beginTransfer();
    const truncate = play.beginAlone(waiter, truncateTo(0));
    const made = play.beginAlone(bystander, operation(call));
    story.tellOf(`${call}_meanwhile`, made, bystander);
    play.settle();
    story.tellOf('truncate', truncate, waiter);
    story.tell('callbacks_for_removed_entries', String(play.callbacks));
    return story.facts;
  };

const RACES = 'which of two loops is the faster is no question for a model without speeds';

const TELLERS: Readonly<Record<string, Teller | string>> = {
  second_pin: secondPin,
  two_waiters: twoWaiters,
  first_waiter_gives_up: firstWaiterGivesUp,
  holder_exits: holderExits,
  holder_leaves_device_to_child: holderLeavesDevice,
  holder_is_killed: 'SIGKILL to a process outside of a call is an exit in the model: see holder_exits',
  holder_writes: holderWrites,
  holder_truncates: holderTruncates,
  slow_callback_stat: 'attributes of a file beyond its size and blocks are not part of the model',
  slow_callback_pread: behindSlowCallback('pread'),
  slow_callback_load_present: behindSlowCallback('load_present'),
  slow_callback_mmap: behindSlowCallback('mmap'),
  slow_callback_fsync: behindSlowCallback('fsync'),
  slow_callback_write_elsewhere: behindSlowCallback('write_elsewhere'),
  quick_fault_against_puncher: RACES,
  slow_fault_against_puncher: RACES,
};

/** Throws RangeError for a story that nobody knows. */
export function modelStory(id: string, conditions: ReplayConditions): ModelStory {
  const teller = TELLERS[id];
  if (teller === undefined) throw new RangeError(`no story named ${id}`);
  return typeof teller === 'string' ? { notModelled: teller } : { facts: teller(conditions) };
}

export const STORY_IDS: readonly string[] = Object.keys(TELLERS);

/**
 * Facts that ask for no behaviour of the model, and why: once per kind of fact.
 */
import type { FactStatus } from './fact.ts';

const REASONS = {
  history:
    'a step on the way to 6.1, or away from it: the model follows the rules of one release, and nothing in that ' +
    'release behaves so',
  never_happens: 'says what does not happen to an fsdax page: the model has no step that does it',
  driver_row:
    'the row of a real driver: of a kind that the model has, or that is planned, but no driver here imitates this one',
  test_driver: 'a driver made for testing: its vocabulary, not its behaviour, is of use here',
  past_bug: 'the story of one bug: no planted fault of this version repeats it',
  argument: 'a position in the argument, or a judgement on it: reports weigh it, and no kernel behaves by it',
} as const;

/** The status of a fact that asks for nothing, for the reason of that name. */
export function context(why: keyof typeof REASONS): FactStatus {
  return { kind: 'context', reason: REASONS[why] };
}

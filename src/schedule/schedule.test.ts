import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSchedule, encodeSchedule, type Schedule } from './schedule.ts';
import { escapeText, TokenError, unescapeText } from './text.ts';

const task = fc.nat({ max: 20 });
const preemption = fc.record({
  task,
  op: fc.integer({ min: -1, max: 5_000 }),
  label: fc.string({ unit: 'grapheme' }),
  occurrence: fc.integer({ min: 1, max: 900 }),
  to: task,
});
const schedules: fc.Arbitrary<Schedule> = fc.record({
  base: fc.array(task, { minLength: 1 }),
  preemptions: fc.array(preemption),
});

describe('a schedule as a token', () => {
  test('there and back', () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        const token = encodeSchedule(schedule);
        expect(token).toMatch(/^[A-Za-z0-9._~-]+$/);
        expect(decodeSchedule(token)).toEqual(schedule);
      }),
    );
  });

  test('reads as what it says', () => {
    const label = 'ext4_break_layouts.___wait_var_event';
    const preemptions = [
      { task: 1, op: 4, label, occurrence: 2, to: 0 },
      { task: 2, op: -1, label: 'user', occurrence: 1, to: 1 },
    ];
    expect(encodeSchedule({ base: [1, 0, 2], preemptions })).toBe(
      'gvs1~1.0.2~1.4.ext4_break_layouts-2e___wait_var_event.2.0~2._1.user.1.1',
    );
  });

  test.each([
    ['', "character 1: 'gvs1' is missing, there is ''"],
    ['gvs2~0', "character 1: 'gvs1' is missing, there is 'gvs2'"],
    ['gvs1', 'character 5: the base order is missing'],
    ['gvs1~0.x', "character 8: a task of the base order must be a number, not 'x'"],
    ['gvs1~0~1.2', 'character 11: the label is missing'],
    ['gvs1~0~1.2.a b.1.0', "character 12: the label must be escaped text, not 'a b'"],
    ['gvs1~0~1.2.a.1.0.9', "character 18: '9' is too much"],
  ])('%s is refused', (token, message) => {
    expect(() => decodeSchedule(token)).toThrow(TokenError);
    expect(() => decodeSchedule(token)).toThrow(message);
  });
});

describe('escaped text', () => {
  test('any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(unescapeText(escapeText(text))).toBe(text);
      }),
    );
  });

  test.each(['-', '-4', '-zz', 'a.b', '-ff'])('%s comes from nowhere', (token) => {
    expect(unescapeText(token)).toBeUndefined();
  });
});

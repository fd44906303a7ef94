import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { SideEffects } from './side_effect.ts';
import { sideEffectsOf, witnessSideEffects } from './side_effects.ts';
import { parseSideEffects, sideEffectsJson } from './side_effects_json.ts';
import { assembleEffects } from './side_effects_lines.ts';
import { committedSideEffects } from './side_effects_observed.ts';
import { sideEffectVariations } from './side_effects_variation.ts';
import { waitsFor } from './waits_for.ts';

const START = [
  'kernel 6.1.0-56-amd64',
  'memory ext4_dax dax yes map_sync yes',
  'mount ext4_dax /dev/pmem0 ext4 rw,relatime,dax=always',
];

const WRITE = [
  'effect ext4_dax gup trunc_0 - pwrite',
  'waiter S ext4_break_layouts',
  'outcome stands_still -',
  'waits D ext4_file_write_iter',
  'stack ext4_file_write_iter vfs_write',
  'after failed ENXIO',
  'interruptible no -',
  'killable no',
  'end',
];

const CREATE = [
  'effect ext4_dax gup trunc_0 unlink umount',
  'waiter S ext4_break_layouts',
  'outcome failed EBUSY',
  'end',
];

const STORY = [
  'story ext4_dax hmm_mirror slow_fault_against_puncher',
  'fact device_write EBUSY',
  'fact punches stands_still D msleep',
  'recorded retries 58',
  'end',
];

const REPORT = {
  lines: [...START, ...WRITE, ...CREATE, ...STORY, 'done complete'],
  damage: [],
  consoleText: '',
};
const ORIGIN = { packages: [], memories: ['ext4_dax'], release: '6.1.0-56-amd64', probe: '00' };

describe('rows and stories from lines', () => {
  const { effects, stories } = assembleEffects(REPORT.lines);

  test('tell of a call that stands still', () => {
    expect(effects[0]).toEqual({
      ...{ memory: 'ext4_dax', driver: 'gup', wait: 'trunc_0', behind: null, call: 'pwrite' },
      ...{ outcome: 'stands_still', errno: null, state: 'D', sleeps_in: 'ext4_file_write_iter' },
      ...{ waits_for: 'i_rwsem of the file', interruptible: false, interrupt_errno: null, killable: false },
      after_release: { outcome: 'failed', errno: 'ENXIO' },
      waiter_sleeps_in: 'ext4_break_layouts',
      stack: ['ext4_file_write_iter', 'vfs_write'],
    });
  });

  test('tell of a call behind another, and of one that returns', () => {
    expect(effects[1]).toMatchObject({
      ...{ behind: 'unlink', call: 'umount', outcome: 'failed', errno: 'EBUSY' },
      ...{ state: null, waits_for: null, killable: null, after_release: null },
    });
  });

  test('tell stories in the order of their questions', () => {
    expect(stories).toEqual([
      {
        ...{ memory: 'ext4_dax', driver: 'hmm_mirror', story: 'slow_fault_against_puncher' },
        facts: [
          { question: 'device_write', answer: 'EBUSY' },
          { question: 'punches', answer: 'stands_still D msleep' },
        ],
        recorded: { retries: 58 },
      },
    ]);
  });

  test.each([
    [['weather fine']],
    [['outcome completed -']],
    [['effect a b c - d', 'outcome vanished -']],
    [['effect a b c - d', 'waits D somewhere', 'stack somewhere else']],
    [['story a b c', 'recorded retries many']],
  ])('are not made up from %j', (lines) => {
    expect(() => assembleEffects(lines)).toThrow(/guest|waits_for/);
  });
});

describe('an observation', () => {
  const whole = sideEffectsOf(REPORT, ORIGIN);

  test('survives being written and read', () => {
    expect(parseSideEffects(sideEffectsJson(whole), 'test')).toEqual(whole);
    expect(() => parseSideEffects('{"schema":"other"}', 'that file')).toThrow(
      /that file is not an observation/,
    );
    expect(() => parseSideEffects('{', 'that file')).toThrow(/that file is not JSON/);
  });

  test.each([
    ['did not finish', { ...REPORT, lines: REPORT.lines.slice(0, -1) }],
    ['a line is missing', { ...REPORT, damage: ['a line is missing'] }],
    [
      'hangs',
      { ...REPORT, lines: [...START, WRITE[0] ?? '', 'error the holder hangs', ...STORY, 'done incomplete'] },
    ],
    ['is not DAX', { ...REPORT, lines: REPORT.lines.map((line) => line.replace('dax yes', 'dax no')) }],
    ['rows: 0', { ...REPORT, lines: [...START, ...STORY, 'done complete'] }],
    ['not 6.1.0-56', { ...REPORT, lines: ['kernel 5.10', ...REPORT.lines.slice(1)] }],
  ])('is not made of a report that %s', (problem, report) => {
    expect(() => sideEffectsOf(report, ORIGIN)).toThrow(problem);
  });

  test('of an unknown memory is refused before anything is fetched', async () => {
    await expect(witnessSideEffects({ kernel: 'linux-6.1', memories: ['ext4'] })).rejects.toThrow(
      /No memory named ext4/,
    );
  });

  test('differs from another in what is not merely recorded', () => {
    const change = (edit: (copy: SideEffects) => void): SideEffects => {
      const copy = structuredClone(whole);
      edit(copy);
      return copy;
    };
    const recorded = change(({ effects, stories }) => {
      effects[0]?.stack.push('ksys_write');
      (stories[0] as { recorded: object }).recorded = { retries: 57 };
    });
    expect(sideEffectVariations(whole, recorded)).toEqual([]);
    const killed = change(({ effects }) => {
      (effects[0] as { killable: boolean }).killable = true;
      effects.pop();
    });
    expect(sideEffectVariations(whole, killed)).toEqual([
      'ext4_dax gup trunc_0 - pwrite: killable: false and true',
      'ext4_dax gup trunc_0 unlink umount: only in the first',
    ]);
  });
});

describe.each(['linux-6.1', 'linux-6.12'])('what was seen of %s', (kernel) => {
  const observed = committedSideEffects(kernel);
  const source = readdirSync(new URL('./probe/program/', import.meta.url))
    .filter((name) => /^effect_(calls|story)\.c$/.test(name))
    .map((name) => readFileSync(new URL(`./probe/program/${name}`, import.meta.url), 'utf8'))
    .join('\n');
  const calls = [...source.matchAll(/^\t(?:CALL\(|\{ \.id = ")(\w+)/gm)].map((match) => match[1]);
  const stories = [...source.matchAll(/^\tSTORY\((\w+)/gm)].map((match) => match[1]);

  test('has every call of the program under two waits, and every story', () => {
    expect(calls.length).toBeGreaterThan(50);
    for (const memory of ['ext4_dax', 'xfs_dax']) {
      for (const wait of ['trunc_0', 'punch']) {
        const rows = observed.effects.filter(
          (row) => row.memory === memory && row.wait === wait && row.driver === 'gup' && row.behind === null,
        );
        expect(rows.map(({ call }) => call)).toEqual(calls);
      }
      const told = observed.stories.filter((story) => story.memory === memory);
      expect(told.map(({ story }) => story)).toEqual(stories);
    }
  });

  test('says of each call that stands still where, and what for', () => {
    const standing = observed.effects.filter(({ outcome }) => outcome === 'stands_still');
    expect(standing.length).toBeGreaterThan(80);
    for (const row of standing) {
      expect([row.call, row.waits_for]).toEqual([row.call, waitsFor(row.stack)]);
      expect([row.call, typeof row.killable, row.state === 'R' || row.sleeps_in !== null]).toEqual([
        row.call,
        'boolean',
        true,
      ]);
    }
  });

  test('was seen on DAX, without a warning of the kernel', () => {
    expect(observed.memories.map(({ name, dax }) => [name, dax])).toEqual([
      ['ext4_dax', true],
      ['xfs_dax', true],
    ]);
    expect(observed.kernel_alarms).toEqual([]);
  });
});

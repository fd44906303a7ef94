import { describe, expect, test } from 'vitest';
import { InputErrors } from '../input_error.ts';
import type { Operation } from '../operation.ts';
import { parseScenario } from './scenario.ts';

const HEADER = `
title: A family
files:
  data: { size: 8p, written: 0p..8p }
processes:
  parent: { threads: [app, thread] }
  child: { threads: [kid, helper] }
ops:
`;

const scenario = (...ops: string[]): string => HEADER + ops.map((op) => `  - { ${op} }\n`).join('');

function parsed(...ops: string[]): Operation[] {
  return parseScenario(scenario(...ops), 's.yaml').ops.map(({ op }) => op);
}

function problemsOf(...ops: string[]): string {
  try {
    parsed(...ops);
  } catch (error) {
    if (error instanceof InputErrors) return error.message;
    throw error;
  }
  return 'none';
}

const MMAP = 'op: mmap, task: app, file: data, at: 0p, length: 8p';
const FORK = 'op: fork, task: app, child: kid';

describe('fork in a scenario file', () => {
  test('names its child, and the other calls on address spaces say what they are about', () => {
    expect(
      parsed(
        MMAP,
        FORK,
        'op: mprotect, task: kid, at: 0p, length: 2p, writable: false',
        'op: madvise_remove, task: app, at: 2p, length: 1p',
        'op: mremap, task: app, at: 0p, length: 2p, new_at: 20p, dont_unmap: true',
        'op: clear_refs, task: helper',
      ).slice(1),
    ).toEqual([
      { kind: 'fork', child: 2 },
      { kind: 'mprotect', from: 0, to: 2, readable: true, writable: false },
      { kind: 'madvise_remove', from: 2, to: 3 },
      { kind: 'mremap', from: 0, to: 2, newFrom: 20, newTo: 22, dontUnmap: true },
      { kind: 'clear_refs' },
    ]);
  });

  test('the child has what is mapped and open in its parent, but for MADV_DONTFORK', () => {
    const before = [MMAP, 'op: open, task: app, file: data'];
    const after = ['op: load, task: kid, at: 4p, length: 2p', 'op: close, task: helper, file: data'];
    expect(parsed(...before, FORK, ...after)).toHaveLength(5);
    const dontfork = 'op: madvise_dontfork, task: app, at: 4p, length: 1p';
    expect(problemsOf(...before, dontfork, FORK, ...after)).toMatch(/load: not all of 4p\.\.6p is mapped/);
    // What the parent keeps is its own.
    expect(problemsOf(...before, dontfork, FORK, 'op: load, task: app, at: 4p, length: 1p')).toBe('none');
  });

  test.each([
    [
      'a child that acts before',
      [MMAP, 'op: clear_refs, task: kid', FORK],
      /task 'kid' does not exist before its fork/,
    ],
    [
      'a helper that does',
      ['op: clear_refs, task: helper', FORK],
      /task 'helper' does not exist before its fork/,
    ],
    ['a second fork', [FORK, 'op: fork, task: app, child: helper'], /'helper' has been forked already/],
    [
      'a thread as a child',
      ['op: fork, task: app, child: thread'],
      /'thread' is a task of the process that forks/,
    ],
    ['a child nobody declared', ['op: fork, task: app, child: nobody'], /there is no task 'nobody'/],
    [
      'advice on nothing',
      [MMAP, 'op: madvise_free, task: app, at: 9p, length: 2p'],
      /nothing of 9p\.\.11p is mapped/,
    ],
  ])('not %s', (_, ops, message) => {
    expect(problemsOf(...ops)).toMatch(message);
  });

  test('calls that pass over gaps may meet one', () => {
    expect(problemsOf(MMAP, 'op: msync, task: app, at: 6p, length: 4p')).toBe('none');
  });
});

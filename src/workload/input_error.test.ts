import { describe, expect, test } from 'vitest';
import { InputError } from './input_error.ts';

describe('InputError', () => {
  test('names file, line and column before the problem, and the hint after it', () => {
    const error = new InputError({
      file: 'a.yaml',
      line: 3,
      column: 7,
      problem: 'no such file',
      hint: 'say which',
    });
    expect(error.message).toBe('a.yaml:3:7: no such file; say which');
    expect(error).toMatchObject({
      file: 'a.yaml',
      line: 3,
      column: 7,
      problem: 'no such file',
      hint: 'say which',
    });
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('InputError');
  });

  test('leaves out what is not known', () => {
    expect(new InputError({ file: 'a', problem: 'is empty' }).message).toBe('a: is empty');
    expect(new InputError({ file: 'a', line: 2, problem: 'is odd' }).message).toBe('a:2: is odd');
    expect(new InputError({ file: 'a', problem: 'is odd', hint: 'try b' }).message).toBe('a: is odd; try b');
  });

  test('has no column without a line', () => {
    const error = new InputError({ file: 'a', column: 4, problem: 'is odd' });
    expect(error.message).toBe('a: is odd');
    expect(error.column).toBeUndefined();
  });

  test('keeps its cause', () => {
    const cause = new Error('inner');
    expect(new InputError({ file: 'a', problem: 'is odd' }, { cause }).cause).toBe(cause);
  });
});

import { afterEach, describe, expect, test, vi } from 'vitest';
import { readPanLog, spinMissing } from './spin.ts';

/** As pan of Spin 6.5.2 prints it. */
const LOG = `
State-vector 124 byte, depth reached 17430, errors: 0
   678460 states, stored
  1776866 states, matched
  2455326 transitions (= stored+matched)
        0 atomic steps
hash conflicts:    400041 (resolved)

Stats on memory usage (in Megabytes):
   93.172	equivalent memory usage for states (stored*(State-vector + overhead))
   67.982	actual memory usage for states (compression: 72.96%)
         	state-vector as stored = 85 byte + 20 byte overhead
  128.000	memory used for hash table (-w24)
  417.670	total actual memory usage

pan: elapsed time 1.1 seconds
pan: rate 616781.82 states/second
`;

describe('what pan prints', () => {
  test('is read, without the transition into the first state', () => {
    expect(readPanLog(LOG)).toEqual({
      states: 678_460,
      transitions: 2_455_325,
      depth: 17_430,
      seconds: 1.1,
      memory_bytes: 417.67 * 2 ** 20,
      counterexample: null,
    });
  });

  test('a failed assertion is a counterexample', () => {
    const failed = `pan:1: assertion violated (refs[busy]==0) (at depth 34)\n${LOG.replace('errors: 0', 'errors: 1')}`;
    expect(readPanLog(failed).counterexample).toBe(34);
  });

  test.each(['error: max search depth too small', 'pan: out of memory'])('%s is no result', (line) => {
    expect(() => readPanLog(`${line}\n${LOG}`)).toThrow('pan did not see all');
  });

  test('a log that lacks something is no result', () => {
    expect(() => readPanLog(LOG.replace('errors: 0', ''))).toThrow('pan printed no');
  });
});

describe('where Spin is not installed', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('it is said which packages have it', () => {
    vi.stubEnv('PATH', '');
    expect(spinMissing()).toContain('spin and gcc and cpp cannot be run');
    expect(spinMissing()).toContain('apt-get install spin gcc libc6-dev');
  });
});

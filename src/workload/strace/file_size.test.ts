import { describe, expect, test } from 'vitest';
import { FileSize } from './file_size.ts';

describe('FileSize', () => {
  test('the first stat tells the size at the start', () => {
    const size = new FileSize('no');
    expect(size.known).toBe(false);
    size.saw(100n);
    size.saw(200n);
    expect(size).toMatchObject({ initial: 100n, current: 200n, existed: true, known: true });
  });

  test('what was read is a lower bound until a stat tells more', () => {
    const size = new FileSize('no');
    size.wasRead(50n);
    size.wasRead(20n);
    expect(size).toMatchObject({ initial: 50n, current: 50n, known: false });
    size.saw(80n);
    expect(size).toMatchObject({ initial: 80n, known: true });
  });

  test('what the log itself wrote tells nothing about the start', () => {
    const size = new FileSize('no');
    size.reached(300n);
    size.wasRead(200n);
    size.saw(300n);
    expect(size).toMatchObject({ initial: 0n, current: 300n });
  });

  test('a stat beyond what was written does', () => {
    const size = new FileSize('no');
    size.reached(300n);
    size.saw(500n);
    expect(size.initial).toBe(500n);
  });

  test('after a truncate nothing more can be learned', () => {
    const size = new FileSize('no');
    size.set(10n);
    size.saw(900n);
    size.wasRead(1000n);
    expect(size).toMatchObject({ initial: 0n, current: 1000n });
  });

  test('a file that open(O_CREAT) made or found: its contents decide', () => {
    const found = new FileSize('perhaps');
    found.saw(7n);
    expect(found).toMatchObject({ existed: true, initial: 7n });
    const read = new FileSize('perhaps');
    read.wasRead(7n);
    expect(read).toMatchObject({ existed: true, initial: 7n });
    const made = new FileSize('perhaps');
    made.saw(0n);
    made.saw(7n);
    expect(made).toMatchObject({ existed: false, initial: 0n, current: 7n });
  });

  test('a file that the log certainly made has nothing at the start', () => {
    const size = new FileSize('yes');
    size.saw(7n);
    expect(size).toMatchObject({ existed: false, initial: 0n, current: 7n, known: true });
  });

  test('collapse and insert move the end, never below 0', () => {
    const size = new FileSize('yes');
    size.reached(100n);
    size.shift(50n);
    expect(size.current).toBe(150n);
    size.shift(-200n);
    expect(size.current).toBe(0n);
  });
});

import { describe, expect, test } from 'vitest';
import { ConsoleReader, crc16 } from './console.ts';

function line(number: number, text: string): string {
  const signed = `${number} ${text}`;
  return `@${signed} ${crc16(signed).toString(16).padStart(4, '0')}\n`;
}

function read(...pieces: string[]) {
  const reader = new ConsoleReader();
  for (const piece of pieces) reader.push(piece);
  return reader.result();
}

describe('lines of the guest', () => {
  test('the checksum is that of the probe program', () => {
    // As seen on a serial line: "@0 kernel 6.1.0-56-amd64 1ec1".
    expect(crc16('0 kernel 6.1.0-56-amd64').toString(16)).toBe('1ec1');
    expect(crc16('9 end').toString(16)).toBe('f64c');
  });

  test('arrive in order, wherever the stream is cut', () => {
    const stream =
      line(0, 'kernel 6.1') + line(1, 'cell ext4 none punch').replace('\n', '\r\n') + line(2, 'end');
    const whole = read(stream);
    expect(whole).toEqual({ lines: ['kernel 6.1', 'cell ext4 none punch', 'end'], damage: [] });
    expect(read(...stream.split(/(?<=.)/s))).toEqual(whole);
  });

  test('are handed over as they come', () => {
    const seen: string[] = [];
    const reader = new ConsoleReader((text) => seen.push(text));
    reader.push(line(0, 'a') + line(1, 'b').slice(0, 5));
    expect(seen).toEqual(['a']);
  });

  test.each([
    ['a lost line', line(0, 'a') + line(2, 'c'), 'line 1 was expected, line 2 came'],
    ['a line twice', line(0, 'a') + line(0, 'a'), 'line 1 was expected, line 0 came'],
    ['a flipped letter', line(0, 'abc').replace('b', 'x'), 'not a whole line'],
    ['a kernel message inside a line', line(0, 'abc').replace('b', '[ 1.0] oops\nb'), 'not a whole line'],
    ['a missing beginning', line(0, 'abc').slice(3), 'not a whole line'],
    ['an end inside a line', line(0, 'abc') + line(1, 'def').slice(0, -3), 'ends inside a line'],
  ])('%s is noticed', (_what, stream, expected) => {
    expect(read(stream).damage.join('\n')).toContain(expected);
  });
});

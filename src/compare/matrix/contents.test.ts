import { describe, expect, test } from 'vitest';
import { mix_content } from '../../kernel/fs/mix_content.ts';
import { Contents } from './contents.ts';

const [FILE, DEVICE] = [17, 18];

function known(...edges: readonly { from: number; to: number }[]): Contents {
  const contents = new Contents();
  contents.learn(FILE, 'f3');
  contents.learn(DEVICE, 'd4');
  contents.learnZeroed(edges);
  return contents;
}

describe('a content in words', () => {
  test('whole pages go by their writer, zeros by 0', () => {
    const contents = known();
    expect([FILE, DEVICE, 0].map((value) => contents.describe(value))).toEqual(['f3', 'd4', '0']);
  });

  test('bytes zeroed in the middle part the page, and only part of it may be read', () => {
    const contents = known({ from: 1000, to: 1200 });
    const value = mix_content(DEVICE, 0, 1000, 1200);
    expect(contents.describe(value)).toBe('d4:1000,0:200,d4:2896');
    expect(contents.describe(value, 1100)).toBe('d4:1000,0:100');
  });

  test('zeroed twice is zeroed', () => {
    const contents = known({ from: 1000, to: 4096 });
    const once = mix_content(FILE, 0, 1000, 4096);
    expect(contents.describe(mix_content(once, 0, 1000, 4096))).toBe('f3:1000,0:3096');
  });

  test('what nobody can have written is an error', () => {
    expect(() => known().describe(99)).toThrow(/nothing in the cell/);
  });
});

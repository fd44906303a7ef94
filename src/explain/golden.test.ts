/**
 * Explanations of bugs that upstream had, word for word; written anew with UPDATE_GOLDEN=1. They are to be read: a kernel
 * developer who has never seen this project should see what went wrong.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { explained } from './fixtures/explained.ts';
import { FOUND } from './fixtures/found.ts';
import { WIDTH } from './layout.ts';
import { explanationText } from './text.ts';

const GOLDEN = fileURLToPath(new URL('./golden', import.meta.url));

describe.each(Object.keys(FOUND))('%s', (mutant) => {
  test('is told as it was', () => {
    const text = explanationText(explained(mutant).explanation);
    const file = `${GOLDEN}/${mutant}.txt`;
    if (process.env['UPDATE_GOLDEN'] === '1') {
      mkdirSync(GOLDEN, { recursive: true });
      writeFileSync(file, text);
    }
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  test('in 72 columns of plain ASCII', () => {
    const lines = explanationText(explained(mutant).explanation).split('\n');
    expect(lines.filter((line) => !/^[\x20-\x7e]*$/.test(line))).toEqual([]);
    expect(lines.filter((line) => line.length > WIDTH)).toEqual([]);
  });
});

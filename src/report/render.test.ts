import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DriverResult } from '../compare/result.ts';
import { comparisonDocument } from './comparison_document.ts';
import type { Document } from './document.ts';
import { exampleResult } from './fixtures/example_result.ts';
import { expectGolden } from './fixtures/golden.ts';
import { renderMarkdown } from './markdown.ts';
import { resultJson } from './result_json.ts';
import { comparisonResultSchema } from './schema.ts';
import { PLAIN_TERMINAL, renderTerminal } from './terminal.ts';
import { widthOf, wrapText } from './wrap.ts';

const ESCAPE = '\u001b';

describe('the example in every format', () => {
  const document = comparisonDocument(exampleResult());

  test('terminal, 80 columns', () => {
    expectGolden(
      'example_terminal.txt',
      renderTerminal(document, { width: 80, color: false, unicode: true }),
    );
  });

  test('terminal without UTF-8', () => {
    const text = renderTerminal(document, { width: 100, color: false, unicode: false });
    expectGolden('example_ascii.txt', text);
    expect(text).toMatch(/^[\n -~]*$/);
  });

  test('Markdown', () => {
    expectGolden('example.md', renderMarkdown(document));
  });

  test('JSON', () => {
    expectGolden('example.json', resultJson(exampleResult()));
  });
});

describe('terminal', () => {
  const document = comparisonDocument(exampleResult());
  const lines = (width: number): string[] =>
    renderTerminal(document, { ...PLAIN_TERMINAL, width }).split('\n');

  test.each([20, 80, 93, 140])('%i columns: nothing but the command to copy is wider', (width) => {
    const wide = lines(width).filter((line) => widthOf(line) > Math.max(80, width));
    expect(wide.filter((line) => !line.includes('gup-vs-hmm compare t_mmap_collision --memory'))).toEqual([]);
  });

  test('colour only where it is asked for, and the same words', () => {
    const plain = renderTerminal(document, { width: 80, color: false, unicode: false });
    const coloured = renderTerminal(document, { width: 80, color: true, unicode: false });
    expect(plain).not.toContain(ESCAPE);
    expect(coloured).toContain(`${ESCAPE}[32mheld${ESCAPE}[39m`);
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain);
  });

  test('many drivers still fit into 80 columns', () => {
    const names = ['none', 'gup', 'gup_longterm', 'get', 'hmm_mirror', 'notifier'];
    const drivers = Object.fromEntries(names.map((name) => [name, exampleDriver()]));
    const text = renderTerminal(comparisonDocument(exampleResult({ drivers })), PLAIN_TERMINAL);
    expect(text.split('\n').filter((line) => widthOf(line) > 80 && line.includes('|'))).toEqual([]);
  });
});

function exampleDriver(): DriverResult {
  const { gup } = exampleResult().drivers;
  if (gup === undefined) throw new Error('the example has lost its driver');
  return gup;
}

describe('names from other people', () => {
  const hostile = `a|b\u001b[31m<script>\`x\`\n# [l](u) __proto__ *b* \u202e`;
  const document: Document = {
    title: hostile,
    sections: [
      {
        heading: hostile,
        blocks: [
          { kind: 'paragraph', text: hostile },
          { kind: 'table', columns: [{ title: hostile, align: 'left' }], rows: [[{ text: hostile }]] },
          { kind: 'key_values', entries: [[hostile, hostile]] },
          { kind: 'list', items: [hostile] },
          { kind: 'code', lines: [hostile, '```'] },
          { kind: 'chain', links: [hostile] },
          { kind: 'note', text: hostile },
        ],
      },
    ],
  };

  test('reach no terminal as control characters', () => {
    const text = renderTerminal(document, PLAIN_TERMINAL);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text).toContain('\\x1b[31m');
  });

  test('are not markup in Markdown', () => {
    const outside = renderMarkdown(document).replace(/^(`{3,})$[^]*?^\1$/gm, '');
    expect(outside).not.toMatch(/<script|(?<!\\)[`*](?!\*)x|\u001b/);
    expect(outside).toContain('a\\|b');
    expect(outside).toContain('\\[l\\](u) \\_\\_proto\\_\\_ \\*b\\*');
    expect(renderMarkdown(document)).toContain('````\n');
  });
});

describe('JSON', () => {
  test('reads back as the same result, and is the same text from any key order', () => {
    const result = exampleResult();
    const text = resultJson(result);
    expect(JSON.parse(text)).toEqual(result);
    expect(resultJson(comparisonResultSchema.parse(JSON.parse(text)))).toBe(text);
    const { drivers, ...rest } = result;
    expect(resultJson({ drivers, ...rest })).toBe(text);
    expect(Object.keys(JSON.parse(text) as object).slice(0, 3)).toEqual(['schema', 'model_revision', 'id']);
  });

  test('keeps files with the names of object members', () => {
    const names = ['__proto__', 'constructor', 'toString', '12'];
    const files = Object.fromEntries(names.map((name) => [name, 'ab'.padEnd(64, '0')]));
    const text = resultJson(exampleResult({ drivers: { gup: { ...exampleDriver(), files } } }));
    const read = JSON.parse(text) as { drivers: { gup: { files: object } } };
    expect(Object.keys(read.drivers.gup.files).sort()).toEqual([...names].sort());
  });
});

describe('wrapText', () => {
  test('keeps a number and its unit together', () => {
    expect(wrapText('reference 12x 1.20 ms', 18)).toEqual(['reference 12x', '1.20 ms']);
  });

  test('breaks a long identifier after an underscore', () => {
    expect(wrapText('truncate_never_blocked', 10)).toEqual(['truncate_', 'never_', 'blocked']);
  });

  test('fits the width and loses nothing but spaces', () => {
    const text = fc.array(fc.string({ unit: 'binary' })).map((words) => words.join(' '));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 30 }), (words, width) => {
        const lines = wrapText(words, width);
        expect(lines.length).toBeGreaterThan(0);
        expect(lines.filter((line) => widthOf(line) > width)).toEqual([]);
        expect(lines.join('').replaceAll(' ', '')).toBe(words.replaceAll(' ', ''));
      }),
    );
  });
});

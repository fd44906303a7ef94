import { describe, expect, test } from 'vitest';
import { CELL_OPERATION_IDS } from '../compare/matrix/operations.ts';
import { DRIVERS } from '../drivers/drivers.ts';
import { cell, column, type Table } from './document.ts';
import { tableLines } from './terminal_table.ts';
import { widthOf } from './wrap.ts';

const drawn = (table: Table, width: number): string[] =>
  tableLines(table, { width, unicode: false, paint: (text) => text });

/** The text of the cells of a line, borders and spaces gone. */
const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((text) => text.trim());

const drivers = DRIVERS.map(({ name }) => name);

/** As `matrix` has it: operations down, drivers across. */
const matrix: Table = {
  kind: 'table',
  columns: ['operation', ...drivers].map((title) => column(title)),
  keys: 1,
  rows: CELL_OPERATION_IDS.map((op) => [
    cell(op),
    ...drivers.map((_, at) => cell(at % 2 === 0 ? 'refused' : 'BLOCKED')),
  ]),
};

describe('the table of matrix', () => {
  test.each([78, 98, 118])('in %i columns: every operation and outcome is whole, on one line', (width) => {
    const lines = drawn(matrix, width).filter((line) => line.startsWith('|'));
    expect(lines.filter((line) => widthOf(line) > width)).toEqual([]);
    for (const op of CELL_OPERATION_IDS) {
      const rows = lines.map(cellsOf).filter(([first]) => first === op);
      const outcomes = rows.flatMap((row) => row.slice(1));
      expect(outcomes, op).toEqual(drivers.map((_, at) => (at % 2 === 0 ? 'refused' : 'BLOCKED')));
    }
  });

  test('where it fits it is one table, else two of about the same width', () => {
    const heads = (width: number): number =>
      drawn(matrix, width).filter((line) => line.includes('operation')).length;
    expect([heads(118), heads(78)]).toEqual([1, 2]);
    const counts = drawn(matrix, 78).flatMap((line) =>
      line.includes('unlink') ? [cellsOf(line).length] : [],
    );
    expect(counts).toEqual([1 + Math.ceil(drivers.length / 2), 1 + Math.floor(drivers.length / 2)]);
  });
});

describe('a table without keys stays one', () => {
  const row = (...texts: string[]): Table['rows'][number] => texts.map((text) => cell(text));

  test('a text gives way before the part of a name in another column is broken', () => {
    const table: Table = {
      kind: 'table',
      columns: [column('fact'), column('property')],
      rows: [row('K31 K49 K51 K216 K217 K218', 'unexercised_property')],
    };
    const seconds = drawn(table, 26).map((line) => cellsOf(line)[1]);
    expect(seconds).toEqual(expect.arrayContaining(['unexercised_', 'property']));
  });

  test('a name that is too long is broken after its underscores', () => {
    const table: Table = {
      kind: 'table',
      columns: [column('driver'), column('outcome')],
      rows: [row('gup_longterm', 'unexpectedly')],
    };
    const firsts = drawn(table, 28).map((line) => cellsOf(line)[0]);
    expect(firsts).toEqual(expect.arrayContaining(['gup_', 'longterm']));
  });

  test('numbers are broken last, and titles where there is a space', () => {
    const table: Table = {
      kind: 'table',
      columns: [column('memory'), column('cells seen', 'right'), column('compared', 'right')],
      rows: [row('ext4_dax', '37', '1,000,000')],
    };
    const text = drawn(table, 34).join('\n');
    for (const whole of ['ext4_', 'compared', '1,000,000', 'cells', 'seen']) expect(text).toContain(whole);
  });
});

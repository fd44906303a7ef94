/** A table of the document as lines of text, by cli-table3: column widths are settled here, before it draws. */
import Table from 'cli-table3';
import type { Cell, Table as DocumentTable, Tone } from './document.ts';
import { printableLines } from './printable.ts';
import { longestName, longestPart, widthOf, wrapText } from './wrap.ts';

/** Narrower than this no column is made, whatever the width of the terminal. */
const COLUMN_MIN = 6;

const ASCII_BORDERS = {
  top: '-',
  'top-mid': '+',
  'top-left': '+',
  'top-right': '+',
  bottom: '-',
  'bottom-mid': '+',
  'bottom-left': '+',
  'bottom-right': '+',
  left: '|',
  'left-mid': '+',
  mid: '-',
  'mid-mid': '+',
  right: '|',
  'right-mid': '+',
  middle: '|',
};

export interface TableStyle {
  /** Columns of the terminal that the table may take. */
  readonly width: number;
  /** Box-drawing borders; false: ASCII. */
  readonly unicode: boolean;
  readonly paint: (text: string, tone: Tone) => string;
}

/**
 * The table's lines, without a final line feed. Of a table with `keys` that would have to break names, the columns beyond the width
 * stand in further tables, the keys before them again.
 */
export function tableLines(table: DocumentTable, style: TableStyle): string[] {
  return columnGroups(table, style.width).flatMap((group, index) => {
    const part: DocumentTable = {
      ...table,
      columns: picked(table.columns, group),
      rows: table.rows.map((row) => picked(row, group)),
    };
    return [...(index > 0 ? [''] : []), ...partLines(part, style)];
  });
}

const picked = <T>(items: readonly T[], indexes: readonly number[]): T[] =>
  items.filter((_, index) => indexes.includes(index));

function partLines(table: DocumentTable, style: TableStyle): string[] {
  const widths = columnWidths(table, style.width);
  const cells = [titles(table), ...table.rows];
  const [head, ...rows] = cells.map((row) =>
    row.map((cell, index) => {
      const lines = printableLines(cell.text).flatMap((line) => wrapText(line, widths[index] ?? COLUMN_MIN));
      return lines.map((line) => style.paint(line, cell.tone ?? 'plain')).join('\n');
    }),
  );
  const drawn = new Table({
    head: head ?? [],
    colAligns: table.columns.map((column) => column.align),
    // cli-table3 colours heads and borders of itself, even into a pipe
    style: { head: [], border: [], compact: true },
    ...(style.unicode ? {} : { chars: ASCII_BORDERS }),
  });
  drawn.push(...rows);
  return drawn.toString().split('\n');
}

const titles = ({ columns }: DocumentTable): Cell[] =>
  columns.map(({ title }) => ({ text: title, tone: 'strong' }));

/** What is left for the text of so many columns: a border before each and one at the end, a space at both sides of every cell. */
const widthForText = (width: number, columns: number): number => width - (3 * columns + 1);

/** Columns of each table that is drawn: as few tables as it takes to leave names whole, with about as many columns each. */
function columnGroups(table: DocumentTable, width: number): number[][] {
  const floors = floorsOf(table, longestName);
  const all = [...table.columns.keys()];
  const keys = all.slice(0, table.keys ?? all.length);
  const others = all.slice(keys.length);
  const fits = (group: readonly number[]): boolean =>
    group.reduce((sum, index) => sum + (floors[index] ?? 0), 0) <= widthForText(width, group.length);
  for (let tables = 1; tables <= others.length; tables++) {
    const groups = chunks(others, Math.ceil(others.length / tables)).map((part) => [...keys, ...part]);
    if (groups.every(fits)) return groups;
  }
  return [all];
}

function chunks(items: readonly number[], size: number): number[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size));
}

/**
 * Natural widths, then the widest column is narrowed until the table fits. Names are broken after `_` and the like, then anywhere;
 * numbers after texts. With `keys` names stay whole while that can be.
 */
function columnWidths(table: DocumentTable, width: number): number[] {
  const rows = [titles(table), ...table.rows];
  const widths = table.columns.map((_, index) => widest(rows, index, widthOf));
  const available = widthForText(width, widths.length);
  const all = [...widths.keys()];
  const texts = all.filter((index) => table.columns[index]?.align === 'left');
  const measures = table.keys === undefined ? [longestPart] : [longestName, longestPart];
  for (const floors of [...measures.map((measure) => floorsOf(table, measure)), []]) {
    narrow(widths, available, texts, floors);
    narrow(widths, available, all, floors);
  }
  return widths;
}

/** Widths at which of the rows no more is broken than `measure` leaves whole, and titles only after `_` and the like. */
const floorsOf = ({ columns, rows }: DocumentTable, measure: (line: string) => number): number[] =>
  columns.map(({ title }, index) => Math.max(longestPart(title), widest(rows, index, measure)));

function widest(
  rows: readonly (readonly Cell[])[],
  index: number,
  measure: (line: string) => number,
): number {
  return Math.max(0, ...rows.flatMap((row) => printableLines(row[index]?.text ?? '').map(measure)));
}

/** Takes from the widest of the candidates again and again, of none more than down to its floor (absent: {@link COLUMN_MIN}). */
function narrow(
  widths: number[],
  available: number,
  candidates: readonly number[],
  floors: readonly number[],
): void {
  let excess = widths.reduce((sum, width) => sum + width, 0) - available;
  const slack = (index: number): boolean => (widths[index] ?? 0) > (floors[index] ?? COLUMN_MIN);
  for (; excess > 0; excess -= 1) {
    const wide = candidates.filter(slack);
    if (wide.length === 0) return;
    const widest = wide.reduce((best, index) => ((widths[index] ?? 0) > (widths[best] ?? 0) ? index : best));
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

/** A table of the document as lines of text, by cli-table3: column widths are settled here, before it draws. */
import Table from 'cli-table3';
import type { Cell, Column, Table as DocumentTable, Tone } from './document.ts';
import { printableLines } from './printable.ts';
import { widthOf, wrapText } from './wrap.ts';

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

/** The table's lines, without a final line feed. */
export function tableLines(table: DocumentTable, style: TableStyle): string[] {
  const cells = [
    table.columns.map((column): Cell => ({ text: column.title, tone: 'strong' })),
    ...table.rows,
  ];
  const widths = columnWidths(table.columns, cells, style.width);
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

/** Natural widths, then the widest column is narrowed until the table fits; numbers are kept whole while it can be. */
function columnWidths(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
): number[] {
  const widths = columns.map((_, index) =>
    Math.max(...rows.map((row) => Math.max(...printableLines(row[index]?.text ?? '').map(widthOf)))),
  );
  // a border before each column and one at the end, a space at both sides of every cell
  const available = width - (3 * columns.length + 1);
  const texts = columns.flatMap((column, index) => (column.align === 'left' ? [index] : []));
  narrow(widths, available, texts);
  narrow(widths, available, [...columns.keys()]);
  return widths;
}

function narrow(widths: number[], available: number, candidates: readonly number[]): void {
  let excess = widths.reduce((sum, width) => sum + width, 0) - available;
  while (excess > 0) {
    const widest = candidates.reduce(
      (best, index) => ((widths[index] ?? 0) > (widths[best] ?? 0) ? index : best),
      candidates[0] ?? 0,
    );
    const width = widths[widest] ?? 0;
    if (width <= COLUMN_MIN) return;
    widths[widest] = width - 1;
    excess -= 1;
  }
}

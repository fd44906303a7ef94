/** Rows as a table for people and as JSON for programs. */
import { cpus } from 'node:os';
import Table from 'cli-table3';
import { MODEL_REVISION } from '../src/index.ts';
import type { Row } from './measure.ts';

/** Three significant digits: the spread makes the others meaningless. */
function rounded(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

/** The table's text, without a final line feed. */
export function tableOf(rows: readonly Row[]): string {
  const table = new Table({
    head: ['name', 'one operation is', 'per second', 'p75', '±', 'times its baseline', 'peak MB'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left', 'right'],
    // cli-table3 colours heads and borders of itself, even into a pipe.
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) {
    table.push([
      row.name,
      row.operation,
      rounded(row.operations_per_second),
      rounded(row.operations_per_second_p75),
      `${row.relative_margin_percent.toFixed(1)}%`,
      row.ratio === null ? '' : `${rounded(row.ratio)} x ${row.baseline ?? ''}`,
      row.peak_rss_bytes === null ? '' : rounded(row.peak_rss_bytes / 1e6),
    ]);
  }
  return table.toString();
}

/** What the numbers were measured on: they mean nothing without it. */
export function environment(): Readonly<Record<string, string | number>> {
  const cores = cpus();
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cores[0]?.model ?? 'unknown',
    cores: cores.length,
  };
}

/** The same rows as JSON, with a final line feed. Measured time: never the same twice. */
export function jsonOf(rows: readonly Row[]): string {
  const document = {
    schema: 'gup-vs-hmm/bench/1',
    model_revision: MODEL_REVISION,
    environment: environment(),
    rows,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

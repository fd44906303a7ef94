/** Counts of a log as a document: scalars first, then one table per record of counts. */
import {
  cell,
  column,
  formatCount,
  type Block,
  type Cell,
  type Document,
  type Section,
} from '../report/index.ts';
import type { ImportStats, JsonValue } from './backend.ts';

export function importDocument(log: string, stats: ImportStats): Document {
  const entries = Object.entries(stats);
  const scalars = entries.flatMap(([key, value]): [string, string][] =>
    isRecord(value) ? [] : [[key, inWords(value)]],
  );
  const records = entries.flatMap(([key, value]): Section[] =>
    isRecord(value) ? [recordSection(key, value)] : [],
  );
  const block: Block = { kind: 'key_values', entries: scalars };
  return { title: `gup-vs-hmm import: ${log}`, sections: [{ heading: 'Log', blocks: [block] }, ...records] };
}

function recordSection(heading: string, record: Readonly<Record<string, JsonValue>>): Section {
  const rows = Object.entries(record).map(([key, value]): Cell[] => [cell(key), cell(inWords(value))]);
  const blocks: Block[] =
    rows.length === 0
      ? [{ kind: 'paragraph', text: 'None.' }]
      : [{ kind: 'table', columns: [column('name'), column('count', 'right')], rows }];
  return { heading, blocks };
}

function inWords(value: JsonValue | bigint): string {
  if (typeof value === 'bigint') return formatCount(value);
  if (Number.isInteger(value)) return formatCount(value as number);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isRecord(value: JsonValue | bigint): value is Readonly<Record<string, JsonValue>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

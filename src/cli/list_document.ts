/** Lists as documents: a table where the texts are short, else one paragraph per name. */
import { COST_CLASSES, COST_TABLES, type CostTable } from '../costs/index.ts';
import {
  cell,
  column,
  formatCount,
  type Block,
  type Cell,
  type Document,
  type Section,
} from '../report/index.ts';
import type { ListRow } from './backend.ts';

/** Longer texts do not go into a table. */
const CELL_MAX = 40;

export function listDocument(kind: string, rows: readonly ListRow[]): Document {
  const keys = Object.keys(rows[0] ?? { name: '' });
  const long = rows.some((row) => keys.some((key) => inWords(row[key]).length > CELL_MAX));
  const block = long ? paragraphs(keys, rows) : table(keys, rows);
  return {
    title: `gup-vs-hmm list: ${formatCount(rows.length)} ${kind}`,
    sections: [{ heading: kind, blocks: [block] }],
  };
}

function table(keys: readonly string[], rows: readonly ListRow[]): Block {
  const columns = keys.map((key) =>
    column(key, rows.every((row) => typeof row[key] === 'number') ? 'right' : 'left'),
  );
  const cells = rows.map((row) =>
    keys.map((key): Cell => cell(inWords(row[key]), key === 'name' ? 'strong' : 'plain')),
  );
  return { kind: 'table', columns, rows: cells };
}

/** The first text after the name stands alone, the others carry the name of their column. */
function paragraphs(keys: readonly string[], rows: readonly ListRow[]): Block {
  const [first, ...others] = keys.filter((key) => key !== 'name');
  const entries = rows.map((row): [string, string] => {
    const rest = others.filter((key) => says(row[key])).map((key) => `${key}: ${inWords(row[key])}`);
    return [row.name, [first === undefined ? '' : inWords(row[first]), ...rest].join('; ')];
  });
  return { kind: 'key_values', entries };
}

/** False for what a paragraph need not mention: nothing, or an empty list. */
function says(value: ListRow[string] | undefined): boolean {
  return value !== null && value !== undefined && !(typeof value === 'object' && value.length === 0);
}

function inWords(value: ListRow[string] | undefined): string {
  if (value === undefined || value === null) return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'object' ? value.join(', ') : String(value);
}

/** Every cost table: the numbers, and under them where each comes from. */
export function costDocument(): Document {
  const tables = [...COST_TABLES.values()];
  return {
    title: `gup-vs-hmm list: ${formatCount(tables.length)} cost-tables`,
    sections: tables.map(costSection),
  };
}

function costSection(table: CostTable): Section {
  const columns = [
    column('cost class'),
    column('ns', 'right'),
    column('low', 'right'),
    column('high', 'right'),
  ];
  const rows = COST_CLASSES.map((name): Cell[] => {
    const { ns, low, high } = table.entries[name];
    return [cell(name), ...[ns, low, high].map((value) => cell(formatCount(value)))];
  });
  const entries = COST_CLASSES.map((name): [string, string] => {
    const { source, note } = table.entries[name];
    return [name, `${source} (${note})`];
  });
  return {
    heading: table.name,
    blocks: [
      { kind: 'paragraph', text: table.description },
      { kind: 'table', columns, rows },
      { kind: 'key_values', entries },
    ],
  };
}

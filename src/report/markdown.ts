/** The document as GitHub Markdown. */
import type { Block, Cell, Document, Table } from './document.ts';
import { printable, printableLines } from './printable.ts';

/** The whole document, starting with a level 1 heading, with a final line feed. */
export function renderMarkdown(document: Document): string {
  const parts = [`# ${escaped(document.title)}`];
  for (const section of document.sections) {
    parts.push(`## ${escaped(section.heading)}`, ...section.blocks.map(renderBlock));
  }
  return `${parts.join('\n\n')}\n`;
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return block.tone === 'strong' || block.tone === 'bad'
        ? `**${escaped(block.text)}**`
        : escaped(block.text);
    case 'note':
      return `> ${escaped(block.text)}`;
    case 'list':
      return block.items.map((item) => `- ${escaped(item)}`).join('\n');
    case 'key_values':
      return block.entries.map(([key, value]) => `- **${escaped(key)}**: ${escaped(value)}`).join('\n');
    case 'code':
      return fenced(block.lines.map(printable));
    case 'chain':
      return fenced(block.links.map((link, depth) => '  '.repeat(depth) + printable(link)));
    case 'table':
      return tableText(block);
  }
}

function tableText(table: Table): string {
  const rule = table.columns.map((column) => (column.align === 'right' ? '---:' : '---'));
  const head = table.columns.map((column) => ({ text: column.title }));
  return [
    rowText(head.map(cellText)),
    rowText(rule),
    ...table.rows.map((row) => rowText(row.map(cellText))),
  ].join('\n');
}

function rowText(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function cellText(cell: Cell): string {
  const text = printableLines(cell.text).map(escaped).join('<br>');
  return (cell.tone === 'strong' || cell.tone === 'bad') && text !== '' ? `**${text}**` : text;
}

/** Fence longer than any run of backticks inside. */
function fenced(lines: readonly string[]): string {
  const runs = lines.flatMap((line) => line.match(/`+/g) ?? []).map((run) => run.length);
  const fence = '`'.repeat(Math.max(2, ...runs) + 1);
  return [fence, ...lines, fence].join('\n');
}

/**
 * Nothing in the text is markup: names of files and tasks stay what they are. Underscores inside a word are left
 * alone, as GitHub does, so that identifiers stay readable in the source.
 */
function escaped(text: string): string {
  return printable(text)
    .replace(/[\\`*[\]|~]/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(/&(?=#?\w+;)/g, '&amp;')
    .replace(/</g, '&lt;');
}

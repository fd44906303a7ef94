/** The document as text for a terminal, in the manner of a manual page: headings at the margin, the rest indented. */
import type { Block, Document, Tone } from './document.ts';
import { printable } from './printable.ts';
import { tableLines } from './terminal_table.ts';
import { widthOf, wrapText } from './wrap.ts';

/** How a text terminal wants it. */
export interface TerminalStyle {
  /** Columns; fewer than 80 count as 80. */
  readonly width: number;
  readonly color: boolean;
  /** Box-drawing borders; false: ASCII. */
  readonly unicode: boolean;
}

/** What a terminal gets that nothing is known of. */
export const PLAIN_TERMINAL: TerminalStyle = { width: 80, color: false, unicode: false };

const WIDTH_MIN = 80;
const INDENT = '  ';

const SGR: Record<Exclude<Tone, 'plain'>, readonly [on: number, off: number]> = {
  strong: [1, 22],
  good: [32, 39],
  bad: [31, 39],
  muted: [2, 22],
};

/** The whole document, with a final line feed. Without colour no escape sequence is written. */
export function renderTerminal(document: Document, style: TerminalStyle): string {
  const width = Math.max(style.width, WIDTH_MIN);
  const paint = painter(style.color);
  const inner = { width: width - INDENT.length, unicode: style.unicode, paint };
  const lines = wrapText(printable(document.title), width).map((line) => paint(line, 'strong'));
  for (const section of document.sections) {
    lines.push('', paint(printable(section.heading), 'strong'));
    section.blocks.forEach((block, index) => {
      if (index > 0 && !belongsToPrevious(section.blocks[index - 1], block)) lines.push('');
      lines.push(...blockLines(block, inner).map((line) => (line === '' ? '' : INDENT + line)));
    });
  }
  return `${lines.join('\n')}\n`;
}

type Inner = Parameters<typeof tableLines>[1];

function blockLines(block: Block, inner: Inner): string[] {
  switch (block.kind) {
    case 'paragraph':
      return wrapText(printable(block.text), inner.width).map((line) =>
        inner.paint(line, block.tone ?? 'plain'),
      );
    case 'note':
      return wrapText(printable(block.text), inner.width).map((line) => inner.paint(line, 'muted'));
    case 'list':
      return block.items.flatMap((item) => hanging('- ', '  ', printable(item), inner.width));
    case 'key_values':
      return keyValueLines(block.entries, inner);
    case 'code':
      return block.lines.map((line) => INDENT + printable(line));
    case 'chain':
      return block.links.flatMap((link, depth) => linkLines(printable(link), depth + 1, inner.width));
    case 'table':
      return tableLines(block, inner);
  }
}

/** A list, a chain or lines to copy stand directly under the sentence that introduces it, a note under what it remarks on. */
function belongsToPrevious(previous: Block | undefined, block: Block): boolean {
  if (block.kind === 'note') return true;
  return previous?.kind === 'paragraph' && ['list', 'chain', 'code'].includes(block.kind);
}

function keyValueLines(entries: readonly (readonly [string, string])[], inner: Inner): string[] {
  const keyWidth = Math.min(24, Math.max(...entries.map(([key]) => widthOf(printable(key)))));
  return entries.flatMap(([key, value]) => {
    const name = printable(key);
    const lines = wrapText(printable(value), inner.width - keyWidth - 2);
    const pad = ' '.repeat(keyWidth + 2);
    if (widthOf(name) > keyWidth) return [inner.paint(name, 'strong'), ...lines.map((line) => pad + line)];
    const gap = ' '.repeat(keyWidth + 2 - widthOf(name));
    return lines.map((line, index) => (index === 0 ? inner.paint(name, 'strong') + gap + line : pad + line));
  });
}

/** Lines that continue a link stand four columns further in than its first. */
function linkLines(link: string, depth: number, width: number): string[] {
  const indent = ' '.repeat(Math.min(INDENT.length * depth, width >> 1));
  return hanging(indent, `${indent}    `, link, width);
}

function hanging(first: string, next: string, text: string, width: number): string[] {
  const lines = wrapText(text, width - widthOf(next));
  return lines.map((line, index) => (index === 0 ? first : next) + line);
}

function painter(color: boolean): (text: string, tone: Tone) => string {
  return (text, tone) => {
    if (!color || tone === 'plain' || text === '') return text;
    const [on, off] = SGR[tone];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}

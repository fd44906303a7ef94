/** Formats of a result, and the text of a result in each. */
import { renderMarkdown, renderTerminal, type Document, type TerminalStyle } from '../report/index.ts';

export const FORMATS = ['terminal', 'markdown', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** Where a result goes, and in which format. */
export interface OutputArgs {
  readonly format: Format;
  readonly output?: string;
}

/** The format that was asked for; else the one that the name of the output file ends in; else terminal. */
export function chosenFormat(options: { format?: Format; json?: boolean; output?: string }): Format {
  if (options.json === true) return 'json';
  if (options.format !== undefined) return options.format;
  if (options.output?.endsWith('.json') === true) return 'json';
  return options.output?.endsWith('.md') === true ? 'markdown' : 'terminal';
}

/** The text of a result: its JSON, or its document rendered. */
export function renderAs(
  format: Format,
  json: () => string,
  document: () => Document,
  style: TerminalStyle,
): string {
  switch (format) {
    case 'json':
      return json();
    case 'markdown':
      return renderMarkdown(document());
    case 'terminal':
      return renderTerminal(document(), style);
  }
}

/** Stands around the digits of a big integer until JSON.stringify, which cannot write one, is done. */
const BIG = '\u0000big\u0000';

/** JSON text of results that have no citation id, hence no canonical order: keys as they are, big integers exact. */
export function plainJson(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_key, member: unknown) => (typeof member === 'bigint' ? BIG + String(member) + BIG : member),
    2,
  );
  return `${text.replaceAll(/"\\u0000big\\u0000(-?\d+)\\u0000big\\u0000"/g, '$1')}\n`;
}

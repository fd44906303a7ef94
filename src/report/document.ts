/**
 * The one typed document that every text format renders: terminal and Markdown say the same things in the same
 * order, because neither knows anything but this.
 */

/** What a reader should feel about a text; formats without colour ignore it, so no meaning may rest on it alone. */
export type Tone = 'plain' | 'strong' | 'good' | 'bad' | 'muted';

/** A table cell; a line feed in `text` starts a new line in the cell. */
export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
}

export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly align: 'left' | 'right';
}

export interface Table {
  readonly kind: 'table';
  readonly columns: readonly Column[];
  /** How many columns name the row: a format that is too narrow may repeat them before each part of the others. */
  readonly keys?: number;
  /** Each row has one cell per column. */
  readonly rows: readonly (readonly Cell[])[];
}

export type Block =
  | { readonly kind: 'paragraph'; readonly text: string; readonly tone?: Tone }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  /** Short names, each with its explanation. */
  | { readonly kind: 'key_values'; readonly entries: readonly (readonly [key: string, value: string])[] }
  | Table
  /** From an effect down to its cause, one step further in per link. */
  | { readonly kind: 'chain'; readonly links: readonly string[] }
  /** Lines to be copied: shown as they are, never broken. */
  | { readonly kind: 'code'; readonly lines: readonly string[] }
  /** A remark about what stands above it. */
  | { readonly kind: 'note'; readonly text: string };

export interface Section {
  readonly heading: string;
  readonly blocks: readonly Block[];
}

export interface Document {
  readonly title: string;
  readonly sections: readonly Section[];
}

/** A table column at the left, or at the right with `right`. */
export function column(title: string, align: Column['align'] = 'left'): Column {
  return { title, align };
}

/** A cell in a tone. */
export function cell(text: string, tone: Tone = 'plain'): Cell {
  return tone === 'plain' ? { text } : { text, tone };
}

/** Rows of cells -> the lines of a Markdown table. */

/** A `|` within a cell would end it. */
const line = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)];
}

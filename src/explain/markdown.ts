/** An explanation as Markdown: the text of each part as it stands, below a heading. */
import type { Explanation } from './explanation.ts';
import { ascii, headLines, sectionsOf } from './text.ts';

export function explanationMarkdown(told: Explanation): string {
  const [first = '', ...rest] = headLines(told);
  const parts = [
    `# ${ascii(first)}`,
    block(rest),
    ...sectionsOf(told).map(({ title, lines }) => `## ${title}\n\n${block(lines)}`),
  ];
  return `${parts.join('\n\n')}\n`;
}

const block = (lines: readonly string[]): string => ['```text', ...lines.map(ascii), '```'].join('\n');

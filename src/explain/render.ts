/** An explanation in each of its formats. */
import type { Explained } from './explanation.ts';
import { itfTrace } from './itf.ts';
import { explanationMarkdown } from './markdown.ts';
import { perfettoTrace } from './perfetto.ts';
import { scenarioFile } from './scenario_file.ts';
import { explanationText } from './text.ts';

export type ExplanationFormat = 'text' | 'md' | 'itf' | 'perfetto' | 'scenario' | 'json';

/** The same explanation gives the same bytes. */
export function render(explained: Explained, format: ExplanationFormat): string {
  switch (format) {
    case 'text':
      return explanationText(explained.explanation);
    case 'md':
      return explanationMarkdown(explained.explanation);
    case 'itf':
      return json(itfTrace(explained));
    case 'perfetto':
      return json(perfettoTrace(explained));
    case 'scenario':
      return scenarioFile(explained);
    case 'json':
      return json(explained.explanation);
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

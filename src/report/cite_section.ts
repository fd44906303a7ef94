/** The last two sections: the command that makes the result again, and what to cite it by. */
import type { ComparisonResult } from '../compare/result.ts';
import type { Section } from './document.ts';

export function reproduceSection(result: ComparisonResult): Section {
  return { heading: 'Reproduce', blocks: [{ kind: 'code', lines: [result.reproduce] }] };
}

export function citeSection(result: ComparisonResult): Section {
  return {
    heading: 'Cite',
    blocks: [
      {
        kind: 'key_values',
        entries: [
          ['id', result.id],
          ['input', `sha256 ${result.input.sha256}`],
          ['model', `revision ${result.model_revision}, ${result.kernel}, ${result.memory}`],
          ['check', 'gup-vs-hmm verify FILE, on the JSON result'],
          ['facts', 'gup-vs-hmm list facts, for every K number'],
        ],
      },
    ],
  };
}

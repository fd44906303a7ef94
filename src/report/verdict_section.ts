/** First section: the verdict in sentences, then what was compared. */
import type { ComparisonResult } from '../compare/result.ts';
import type { Block, Section } from './document.ts';
import { blockingSentences, costSentence, expectationSentence, inputInWords } from './verdict_sentence.ts';

export function verdictSection(result: ComparisonResult): Section {
  const blocks: Block[] = [];
  if (!result.complete) {
    blocks.push({
      kind: 'paragraph',
      tone: 'bad',
      text: 'INCOMPLETE: the comparison was stopped before its end. Counts are lower bounds, and "held" means: until then.',
    });
  }
  blocks.push({ kind: 'paragraph', tone: 'strong', text: blockingSentences(result).join(' ') });
  const cost = costSentence(result);
  if (cost !== null) blocks.push({ kind: 'paragraph', text: cost });
  const expectation = expectationSentence(result);
  blocks.push({ kind: 'paragraph', tone: expectation.good ? 'good' : 'bad', text: expectation.text });
  if (result.unmet.length > 0) {
    blocks.push({ kind: 'paragraph', tone: 'bad', text: 'Expectations of the scenario that were NOT met:' });
    blocks.push({ kind: 'list', items: result.unmet });
  }
  blocks.push({ kind: 'key_values', entries: conditions(result) });
  return { heading: 'Verdict', blocks };
}

function conditions(result: ComparisonResult): [string, string][] {
  return [
    ['input', inputInWords(result)],
    [
      'when blocked',
      result.on_block === 'release' ? 'the driver is made to let go' : 'the call stays asleep',
    ],
    ['held', result.plan.hold],
    ['costs', `${result.cost_table} (simulated)`],
    ['seed', String(result.seed)],
  ];
}

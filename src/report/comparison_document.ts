/** From a comparison result to the document that every text format renders. */
import type { ComparisonResult } from '../compare/result.ts';
import { citeSection, reproduceSection } from './cite_section.ts';
import type { Document } from './document.ts';
import { limitsSection } from './limits_section.ts';
import { propertySection } from './property_section.ts';
import { refusalSection, resourceSection } from './resource_section.ts';
import { verdictSection } from './verdict_section.ts';
import { waitSection } from './wait_section.ts';

/** A pure function of the result: verdict first, then evidence, then limits, command and citation id. */
export function comparisonDocument(result: ComparisonResult): Document {
  return {
    title: `gup-vs-hmm compare: ${result.input.name}, ${result.memory}, ${result.kernel}`,
    sections: [
      verdictSection(result),
      propertySection(result),
      waitSection(result),
      resourceSection(result),
      refusalSection(result),
      limitsSection(result),
      reproduceSection(result),
      citeSection(result),
    ],
  };
}

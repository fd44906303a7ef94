/** What real kernels were seen to do, as a document. */
import { cell, column, counted, type Block, type Document, type Section } from '../report/index.ts';
import type { PlantedResult } from '../witness/index.ts';
import { againstSections, cellSections, HOW_TO_READ_CELLS } from './matrix_document.ts';
import type { Witnessed } from './witness.ts';

export function witnessDocument(seen: readonly Witnessed[]): Document {
  const cells = seen.some(({ observed }) => observed.cells !== undefined);
  return {
    title: `gup-vs-hmm witness: ${seen.map(({ observed }) => observed.release).join(', ')}`,
    sections: [...seen.flatMap(kernelSections), ...(cells ? [HOW_TO_READ_CELLS] : [])],
  };
}

function kernelSections({ observed, against }: Witnessed): Section[] {
  const { kernel, release, summary, alarms, cells = [] } = observed;
  const compared = against === null ? [] : againstSections(against);
  const blocks: Block[] = [
    { kind: 'key_values', entries: [['kernel', release], ...summary] },
    alarms.length === 0
      ? { kind: 'paragraph', text: 'No warning in its log.' }
      : { kind: 'code', lines: alarms },
  ];
  return [
    { heading: kernel, blocks },
    ...[...compared, ...cellSections(cells)].map((section) => ({
      ...section,
      heading: `${kernel}: ${section.heading}`,
    })),
  ];
}

export function plantedDocument(results: readonly PlantedResult[]): Document {
  const caught = results.filter((result) => result.caught).length;
  const rows = results.map(({ bug, driver, mistake, caught: found }) => [
    cell(bug, 'strong'),
    cell(driver),
    cell(mistake),
    found ? cell('yes', 'good') : cell('NO', 'bad'),
  ]);
  return {
    title: `gup-vs-hmm witness: ${caught} of ${counted(results.length, 'planted bug')} caught`,
    sections: [
      {
        heading: 'Planted bugs of the probe',
        blocks: [
          {
            kind: 'table',
            columns: ['bug', 'driver', 'mistake', 'caught'].map((title) => column(title)),
            rows,
          },
          {
            kind: 'key_values',
            entries: results.map(({ bug, evidence }) => [bug, evidence.slice(0, 3).join('; ')]),
          },
        ],
      },
    ],
  };
}

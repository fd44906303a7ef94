/** What real kernels say of the model, as a document: how it was seen, where the two agree, what holds each mechanism. */
import type { CellSummary, Evidence, FidelityRow, KernelEvidence } from '../compare/fidelity/index.ts';
import { CELL_OPERATION_IDS } from '../compare/matrix/operations.ts';
import { counted, formatCount, listed } from './count.ts';
import { cell, column, type Block, type Document, type Section } from './document.ts';

/** `further`: sections on other kinds of observation. */
export function realKernelDocument(evidence: Evidence, further: readonly Section[] = []): Document {
  const names = evidence.kernels.map(({ release }) => release);
  return {
    title: `gup-vs-hmm: the model and real kernels (${names.join(', ')})`,
    sections: [
      ...(evidence.complete ? [] : [INCOMPLETE]),
      summarySection(evidence),
      howSection(evidence),
      ...evidence.kernels.flatMap(kernelSections),
      RECORDED,
      ...further,
      fidelitySection(evidence.fidelity),
      unwitnessedSection(evidence.fidelity),
      againSection(evidence),
    ],
  };
}

const INCOMPLETE: Section = {
  heading: 'INCOMPLETE',
  blocks: [{ kind: 'paragraph', tone: 'bad', text: 'Stopped before all cells were made.' }],
};

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

function summarySection({ kernels, fidelity }: Evidence): Section {
  const items = kernels.map(({ name, release, agreement, tolerated, disagree }) => {
    const of = (field: 'observed' | 'cells' | 'fields' | 'agree'): number =>
      sum(agreement.map((each) => each[field]));
    const compared = `${formatCount(of('agree'))} of ${formatCount(of('fields'))} fields in ${counted(of('cells'), 'cell')} agree`;
    const rest = `${tolerated.length} tolerated, ${disagree.length} disagree`;
    return `${name} (${release}): ${counted(of('observed'), 'cell')} seen; ${compared}, ${rest}.`;
  });
  const witnessed = fidelity.filter(({ cells }) => cells.count > 0).length;
  const faulted = fidelity.filter(({ faults }) => faults.length > 0).length;
  return {
    heading: 'In short',
    blocks: [
      { kind: 'list', items },
      {
        kind: 'paragraph',
        text:
          `Of ${counted(fidelity.length, 'mechanism')} of the model ${witnessed} run in cells that a real kernel was seen to make, ` +
          `and ${faulted} have a planted fault that is found. What neither reaches is listed with the reason.`,
      },
    ],
  };
}

function howSection({ kernels }: Evidence): Section {
  return {
    heading: 'How it was seen',
    blocks: [
      {
        kind: 'paragraph',
        text:
          'Each kernel was booted in QEMU with two NVDIMMs and two RAM disks, and a probe module attached a driver to eight pages ' +
          'of a file while another task carried out one operation. The procedure, step by step, is src/witness/procedure.md; the ' +
          'model follows the same steps. A cell is one operation under one driver on one kind of memory.',
      },
      ...kernels.flatMap(
        ({
          name,
          release,
          packages,
          command_line: commandLine,
          probe_sha256: probe,
          memories,
          kernel_alarms: alarms,
        }): Block[] => [
          {
            kind: 'key_values',
            entries: [
              [name, release],
              ['packages', packages.join(', ')],
              ['command line', commandLine],
              ['probe', `sha256 ${probe}`],
              ...memories.map(({ name: memory, dax, map_sync: sync, mount }): [string, string] => [
                memory,
                `${mount}; STATX_ATTR_DAX ${dax ? 'yes' : 'no'}, MAP_SYNC ${sync}`,
              ]),
              ['warnings in its log', alarms.length === 0 ? 'none' : String(alarms.length)],
            ],
          },
          ...(alarms.length === 0 ? [] : [{ kind: 'code', lines: alarms } as const]),
        ],
      ),
    ],
  };
}

function kernelSections({ name, agreement, tolerated, disagree, waits }: KernelEvidence): Section[] {
  const differences = [
    ...disagree.map((each) => ({ ...each, why: 'DISAGREES' })),
    ...tolerated.map((each) => ({ ...each, why: `tolerated: ${each.reason}` })),
  ].map(
    ({ memory, driver, op, field, model, observed, why }) =>
      `${memory} ${driver} ${op}, ${field}: the model has ${model}, observed was ${observed} (${why})`,
  );
  return [
    {
      heading: `${name}: where the model agrees`,
      blocks: [
        {
          kind: 'table',
          columns: [
            ...['memory', 'driver'].map((title) => column(title)),
            ...['cells seen', 'compared', 'fields', 'agree', 'tolerated', 'disagree'].map((title) =>
              column(title, 'right'),
            ),
          ],
          keys: 2,
          rows: agreement.map(
            ({ memory, driver, observed, cells, fields, agree, tolerated: letPass, disagree: no }) => [
              cell(memory),
              cell(driver),
              ...[observed, cells, fields, agree, letPass].map((count) => cell(formatCount(count))),
              cell(formatCount(no), no > 0 ? 'bad' : 'plain'),
            ],
          ),
        },
        ...(differences.length === 0 ? [] : [{ kind: 'list', items: differences } as const]),
        {
          kind: 'note',
          text: 'Cells that are seen and not compared are of memory that the model does not have.',
        },
      ],
    },
    {
      heading: `${name}: how blocked calls wait`,
      blocks: [
        {
          kind: 'table',
          columns: [
            'memory',
            'sleeps in',
            'state',
            'a signal ends it',
            'SIGKILL ends it',
            'drivers',
            'operations',
          ].map((title) => column(title)),
          rows: waits.map(
            ({ memory, sleeps_in: place, state, interruptible, killable, drivers, operations }) =>
              [
                memory,
                place ?? 'does not sleep: it spins',
                state ?? '',
                yes(interruptible),
                yes(killable),
                drivers.join(', '),
                operations.join(', '),
              ].map((text) => cell(text)),
          ),
        },
      ],
    },
  ];
}

const yes = (value: boolean | null): string => (value === null ? '' : value ? 'yes' : 'no');

const RECORDED: Section = {
  heading: 'Recorded and not compared',
  blocks: [
    {
      kind: 'paragraph',
      text:
        'Durations, stacks and states of waiting tasks, reference counts and dirty bits of the pages behind the device entries, ' +
        'device faults and how often they began again: they stand in each cell under "recorded". Between two runs of one kernel ' +
        'durations and dirty bits differed, and nothing else did.',
    },
  ],
};

function fidelitySection(rows: readonly FidelityRow[]): Section {
  return {
    heading: 'Fidelity: what holds each mechanism of the model',
    blocks: [
      {
        kind: 'paragraph',
        text:
          'A row is a mechanism: functions of the kernel, as in 6.1 and 6.12, and the paths of the model that stand for them. Cells: ' +
          'those that a real kernel was seen to make and that run through one of these paths in the model, found out by running it. ' +
          'Planted faults: mistakes put into these paths, each found by the property tests named in the list below.',
      },
      {
        kind: 'table',
        columns: [
          'mechanism',
          'kernel',
          'how it is modelled',
          'simpler than the kernel',
          'cells',
          'planted faults',
        ].map((title) => column(title)),
        rows: rows.map((row) => [
          cell(row.name, 'strong'),
          cell(row.symbols.join('\n')),
          cell(
            [row.modelled, ...row.rules.map(ruleText), factsText(row.facts)]
              .filter((text) => text !== '')
              .join('\n'),
          ),
          cell(
            [
              row.simplified,
              ...(row.left_out.length === 0 ? [] : [`left out: ${row.left_out.join('; ')}`]),
            ].join('\n'),
          ),
          cell(cellsText(row.cells)),
          cell(row.faults.map(({ fault }) => fault).join('\n') || 'none'),
        ]),
      },
      { kind: 'key_values', entries: faultEntries(rows) },
    ],
  };
}

function ruleText({ rule, kernels }: FidelityRow['rules'][number]): string {
  return `rule ${rule}: ${kernels.length === 0 ? 'in no release' : listed(kernels)}`;
}

const factsText = (facts: readonly string[]): string => (facts.length === 0 ? '' : facts.join(', '));

function cellsText({ count, memories, drivers, operations }: CellSummary): string {
  if (count === 0) return 'none';
  const calls = operations.length === CELL_OPERATION_IDS.length ? 'every operation' : operations.join(', ');
  return [formatCount(count), memories.join(', '), drivers.join(', '), calls].join('\n');
}

/** Each planted fault once, with the property tests that find it. */
function faultEntries(rows: readonly FidelityRow[]): [string, string][] {
  const known = new Map(
    rows.flatMap(({ faults }) => faults.map(({ fault, properties }) => [fault, properties])),
  );
  return [...known].map(([fault, properties]) => [
    fault,
    properties.length === 0
      ? 'breaks no property: the comparison with a real kernel finds it'
      : properties.join(', '),
  ]);
}

function unwitnessedSection(rows: readonly FidelityRow[]): Section {
  const entries = rows.flatMap(({ name, unwitnessed, reason }): [string, string][] =>
    unwitnessed.length === 0 ? [] : [[name, `${unwitnessed.join(', ')}: ${reason ?? 'NO REASON IS GIVEN'}`]],
  );
  return {
    heading: 'Paths of the model that neither a cell nor a planted fault holds',
    blocks: [{ kind: 'key_values', entries }],
  };
}

function againSection({ reproduce, model_revision: revision }: Evidence): Section {
  return {
    heading: 'To see it again',
    blocks: [
      {
        kind: 'paragraph',
        text: `Model revision ${revision}. This report from the committed observations, and the observations anew:`,
      },
      {
        kind: 'code',
        lines: [
          reproduce,
          'gup-vs-hmm witness --save FOLDER',
          'gup-vs-hmm matrix --against FOLDER/linux-6.1.json',
        ],
      },
    ],
  };
}

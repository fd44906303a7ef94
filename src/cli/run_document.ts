/** A single run as a document: its operations, why they waited, what the scenario expected. */
import { cell, column, formatCount, type Block, type Cell, type Document } from '../report/index.ts';
import type { RunOperation, RunResult } from './backend.ts';

const COLUMNS = [
  column('op', 'right'),
  column('line', 'right'),
  column('task'),
  column('operation'),
  column('result'),
  column('wait'),
];

export function runDocument(result: RunResult): Document {
  const waits = result.ops.filter((operation) => operation.certificate !== null);
  return {
    title: `gup-vs-hmm run: ${result.input.name} under ${result.driver}, ${result.memory}, ${result.kernel}`,
    sections: [
      {
        heading: 'Operations',
        blocks: [{ kind: 'table', columns: COLUMNS, rows: result.ops.map(operationRow) }],
      },
      ...(waits.length === 0 ? [] : [{ heading: 'Why they waited', blocks: waits.flatMap(waitBlocks) }]),
      { heading: 'End', blocks: endBlocks(result) },
    ],
  };
}

function operationRow(operation: RunOperation): Cell[] {
  const { op, line, task, kind, certificate } = operation;
  return [
    cell(String(op)),
    cell(line === null ? '' : String(line)),
    cell(task),
    cell(kind),
    cell(resultInWords(operation), operation.errno === null ? 'plain' : 'bad'),
    cell(
      certificate === null ? '' : `${operation.blocked ? 'blocked, ' : ''}${certificate.class}`,
      operation.blocked ? 'strong' : 'plain',
    ),
  ];
}

function resultInWords({ ret, errno }: RunOperation): string {
  if (errno !== null) return errno;
  return ret === null ? 'did not return' : String(ret);
}

function waitBlocks({ op, kind, certificate }: RunOperation): Block[] {
  if (certificate === null) return [];
  return [
    {
      kind: 'paragraph',
      text: `Operation ${op}, ${kind} of ${certificate.file}: ended by ${certificate.ended_by}`,
    },
    { kind: 'chain', links: certificate.chain.map((link) => link.text) },
  ];
}

function endBlocks(result: RunResult): Block[] {
  const blocks: Block[] = [];
  if (!result.complete)
    blocks.push({ kind: 'paragraph', tone: 'bad', text: 'INCOMPLETE: the run was stopped before its end.' });
  if (result.unmet.length > 0) {
    blocks.push({ kind: 'paragraph', tone: 'bad', text: 'Expectations of the scenario that were NOT met:' });
    blocks.push({ kind: 'list', items: result.unmet });
  }
  blocks.push(...result.broken.map(brokenBlock));
  blocks.push({
    kind: 'key_values',
    entries: [
      [
        'freed blocks',
        `${formatCount(result.blocks_freed_under_reference)} while the device held a reference`,
      ],
      ['events', `${formatCount(result.events.length)}, in the JSON result`],
      ['schedule', result.schedule],
      ['costs', `${result.cost_table} (simulated)`],
      ['seed', String(result.seed)],
    ],
  });
  return blocks;
}

function brokenBlock({ property, expected, text }: RunResult['broken'][number]): Block {
  const said = expected ? 'broken, as expected of the driver' : 'BROKEN';
  return { kind: 'paragraph', tone: expected ? 'plain' : 'bad', text: `${property} ${said}: ${text}` };
}

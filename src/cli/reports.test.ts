import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectCommitted } from '../report/fixtures/golden.ts';
import { PLAIN_TERMINAL } from '../report/index.ts';
import { parseCommandLine } from './command_line.ts';
import { execute } from './execute.ts';
import { simulator } from './simulator.ts';

const REPORTS = new URL('../../reports/', import.meta.url);

const folders = readdirSync(REPORTS, { withFileTypes: true }).filter((entry) => entry.isDirectory());

let evidence: ReturnType<typeof simulator.evidence> | undefined;

/** The simulator; the cells of real kernels are compared once for both formats of their report. */
const backend: typeof simulator = {
  ...simulator,
  evidence: (options) => (evidence ??= simulator.evidence(options)),
};

/** What a command writes, run in this process. */
async function resultOf(words: readonly string[]): Promise<string> {
  const parsed = parseCommandLine(words, '0.0.0');
  if (!('invocation' in parsed)) throw new Error(parsed.outcome.messages.join('\n'));
  const context = {
    loadBackend: () => Promise.resolve(backend),
    style: PLAIN_TERMINAL,
    signal: { aborted: false },
    onProgress: () => undefined,
  };
  const outcome = await execute(parsed.invocation, context, true);
  if (outcome.result === undefined || outcome.exit !== 0) throw new Error(outcome.messages.join('\n'));
  return outcome.result;
}

test('there are reports', () => {
  // A long campaign adds a folder of its own.
  const published = [
    'ablation',
    'exploration',
    'kill-matrix',
    'real-kernel',
    'strategies',
    'truncate-and-punch-on-dax',
  ];
  expect(folders.map(({ name }) => name)).toEqual(expect.arrayContaining(published));
});

/** The text of a report for readers: of the saved result, where `report` can read it; else of the command itself. */
function markdownOf(json: URL, words: readonly string[]): Promise<string> {
  const source = words[0] === 'compare' ? ['report', json.pathname] : words;
  return resultOf([...source, '--format', 'markdown']);
}

/** Those that a command of the program gives; the others are made by scripts, and held by tests in properties/. */
const ofCommands = folders.filter(({ name }) => {
  const text = readFileSync(new URL(`${name}/report.json`, REPORTS), 'utf8');
  return 'reproduce' in (JSON.parse(text) as object);
});

test('most of them a command gives', () => {
  expect(ofCommands.map(({ name }) => name)).toEqual(['real-kernel', 'truncate-and-punch-on-dax']);
});

describe.each(ofCommands)('report $name', ({ name }) => {
  const folder = new URL(`${name}/`, REPORTS);
  const json = new URL('report.json', folder);

  test('is what its own command gives', { timeout: 120_000 }, async () => {
    const { reproduce } = JSON.parse(readFileSync(json, 'utf8')) as { reproduce: string };
    const [program, ...words] = reproduce.split(' ');
    expect(program).toBe('gup-vs-hmm');
    expectCommitted(json, await resultOf([...words, '--json']));
    expectCommitted(new URL('report.md', folder), await markdownOf(json, words));
  });
});

/** The published table of scopes is what the search gives now: its small rows are made again, and no row says what it cannot. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SCOPE, explore, FS_OP_NAMES, INVARIANTS, needsTwoFiles } from '../src/index.ts';
import { costs } from './costs.ts';
import { type ExplorationReport, explorationText, type Row } from './exploration_text.ts';
import { reportFolder } from './publish.ts';

const FOLDER = reportFolder('exploration');
const report = JSON.parse(readFileSync(`${FOLDER}report.json`, 'utf8')) as ExplorationReport;
const single = report.rows.filter(({ group }) => group === 'one operation');

/** Searched in less than a second. */
const SMALL_STATES = 60;
const small = single.filter(({ states }) => states <= SMALL_STATES);

function searchedAgain({ name, memory }: Row): Pick<Row, 'states' | 'transitions' | 'depth' | 'held'> {
  const { states, transitions, depth, verdicts } = explore({
    scope: { ...DEFAULT_SCOPE, blocks: 2, fsOps: [name as (typeof FS_OP_NAMES)[number]], memory },
    invariants: INVARIANTS,
    costs,
    modelRevision: 1,
    reduction: true,
    statesMax: 10 * SMALL_STATES,
  });
  return { states, transitions, depth, held: verdicts.filter(({ got }) => got === 'held').length };
}

describe.each(small)('2 blocks, $name, 1 mirror, $memory', (row) => {
  test('has the size that is published', () => {
    expect(row).toMatchObject(searchedAgain(row));
  });
});

test('each operation was searched to the end on each filesystem that has it, and nothing but a pin breaks anything', () => {
  const names = (memory: string): string[] =>
    single.filter((row) => row.memory === memory).map(({ name }) => name);
  expect(names('xfs_dax')).toEqual([...FS_OP_NAMES]);
  expect(names('ext4_dax')).toEqual(FS_OP_NAMES.filter((name) => !needsTwoFiles(name)));
  for (const { title, grade, broken } of single)
    expect([title, grade, broken]).toEqual([title, 'exhausted', []]);
  expect(report.rows.filter(({ unexpected }) => unexpected.length > 0)).toEqual([]);
});

test('its text is made of its figures', () => {
  expect(readFileSync(`${FOLDER}report.md`, 'utf8')).toBe(explorationText(report));
});

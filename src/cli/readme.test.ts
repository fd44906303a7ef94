/** What the README shows is what the program prints. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { comparisonResultSchema } from '../report/index.ts';
import { runCli } from './fixtures/fake_host.ts';
import { SAMPLED_REACH } from './sampled_reach.ts';

const ROOT = new URL('../../', import.meta.url);
const README = readFileSync(new URL('README.md', ROOT), 'utf8').split('\n');

/** The indented lines of the README from the one that begins so to the end of its block, without their indent. */
function block(begin: string): string[] {
  const first = README.findIndex((line) => line.startsWith(`    ${begin}`));
  const length = README.slice(first).findIndex((line) => line !== '' && !line.startsWith('    '));
  return README.slice(first, first + length).map((line) => line.slice(4));
}

test('the comparison begins as the published report does', async () => {
  const file = new URL('reports/truncate-and-punch-on-dax/report.json', ROOT).pathname;
  expect(comparisonResultSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).success).toBe(true);
  const { stdout } = await runCli(['report', file]);
  const shown = block('gup-vs-hmm compare').join('\n').trim();
  expect(shown).toContain('All 38 verdicts');
  expect(stdout.startsWith(`${shown}\n`)).toBe(true);
});

test('each part of the counterexample stands in its story', () => {
  const story = readFileSync(new URL('src/explain/golden/invalidate_does_not_clear.txt', ROOT), 'utf8');
  const parts = block('PLANTED FAULT')
    .join('\n')
    .trim()
    .split(/\n\n|\n\.\.\.\n/);
  expect(parts.length).toBeGreaterThan(3);
  expect(parts.filter((part) => !story.includes(part))).toEqual([]);
});

test('what random runs reach is what the report says', () => {
  const report = readFileSync(new URL('reports/exploration/report.json', ROOT), 'utf8');
  const { sampled } = JSON.parse(report) as {
    sampled: { title: string; states: number; samples: { runs: number; states: number }[] }[];
  };
  const { title, states, runs, reached } = SAMPLED_REACH;
  const row = sampled.find((one) => one.title === title);
  expect(row?.states).toBe(states);
  expect(row?.samples.find((one) => one.runs === runs)?.states).toBe(reached);
  const readme = readFileSync(new URL('README.md', ROOT), 'utf8').replaceAll(/\s+/g, ' ');
  expect(readme).toContain(
    `${((100 * reached) / states).toFixed(1)} % of the ${states.toLocaleString('en-US')} states`,
  );
});

test('the largest scope that was searched to its end is the one of the report', () => {
  const readme = readFileSync(new URL('README.md', ROOT), 'utf8');
  const report = readFileSync(new URL('reports/exploration/report.json', ROOT), 'utf8');
  const { rows } = JSON.parse(report) as { rows: { states: number; grade: string; unexpected: string[] }[] };
  const whole = rows.filter(({ grade, unexpected }) => grade === 'exhausted' && unexpected.length === 0);
  const largest = Math.max(...whole.map(({ states }) => states));
  expect(readme).toContain(`${largest.toLocaleString('en-US')} states`);
});

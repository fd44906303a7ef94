/**
 * No gap between what is claimed of the kernel and what is shown: facts, catalogue and tests are read and compared.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CATALOGUE, FACTS, MUTANTS } from '../src/index.ts';
import { factGaps, type Evidence } from './fact_gaps.ts';

const TOP = new URL('../', import.meta.url);

function read(path: string): string | undefined {
  const file = new URL(path, TOP);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

const scenarios = CATALOGUE.filter(({ kind }) => kind === 'scenario');

describe('this project', () => {
  test('every fact is shown, or listed with the reason why it is left out', () => {
    expect(factGaps(FACTS, { scenarios, mutants: MUTANTS, read })).toEqual([]);
  });
});

type Fact = (typeof FACTS)[number];

function fact(id: Fact['id'], status: Fact['status']): Fact {
  return { id, title: 'title', text: 'Text.', sources: ['mm/gup.c'], tag: 'seen', status };
}

const modelled = (shownBy?: string[]): Fact['status'] => ({
  kind: 'modelled',
  where: ['src/kernel/mm/gup.ts'],
  ...(shownBy === undefined ? {} : { shownBy }),
});

function gaps(facts: readonly Fact[], evidence: Partial<Evidence> = {}): string[] {
  return factGaps(facts, { scenarios: [], mutants: [], read: () => undefined, ...evidence });
}

describe('a gap is', () => {
  test('a modelled fact that nothing shows', () => {
    const facts = [fact('K1', modelled())];
    expect(gaps(facts)).toEqual(['K1 is modelled, and no scenario, test or planted fault shows it']);
    expect(gaps(facts, { scenarios: [{ name: 'a', facts: ['K1'] }] })).toEqual([]);
    expect(gaps(facts, { mutants: [{ facts: ['K1'] }] })).toEqual([]);
  });

  test.each([
    ["test('K1 is so', () => {});", []],
    ['// K1: as it should be', []],
    ["label('access', 'K1');", ['K1 is shown by a.test.ts, where no title and no comment names it']],
    ["test('K12 is so', () => {});", ['K1 is shown by a.test.ts, where no title and no comment names it']],
    [undefined, ['K1 is shown by a.test.ts, which does not exist']],
  ])('a test that does not name its fact: %j', (text, expected) => {
    expect(gaps([fact('K1', modelled(['a.test.ts']))], { read: () => text })).toEqual(expected);
  });

  test('a source file in the place of a test', () => {
    expect(gaps([fact('K1', modelled(['src/a.ts']))], { read: () => '// K1' })).toEqual([
      'K1 is shown by src/a.ts, which is no test',
    ]);
  });

  test('a fact that is left out without a reason', () => {
    expect(gaps([fact('K1', { kind: 'context', reason: '' })])).toEqual([
      'K1 is left out (context) without a reason',
    ]);
  });

  test('a scenario for a fact that there is not, that is not modelled, or that shows nothing', () => {
    const reason = 'planned, and not there in this version';
    const facts = [
      fact('K1', { kind: 'not_modelled', topic: 'leases', reason }),
      fact('K2', { kind: 'context', reason }),
    ];
    const named: Evidence['scenarios'] = [
      { name: 'a', facts: ['K9'] },
      { name: 'b', facts: ['K1'] },
      { name: 'c', facts: ['K2'] },
      { name: 'd', facts: [] },
    ];
    expect(gaps(facts, { scenarios: named })).toEqual([
      'scenario a names K9, which is no fact',
      'scenario b names K1, which is not modelled',
      'scenario c is there for K2, a mere context',
      'scenario d shows no fact',
    ]);
  });
});

/**
 * Each planted fault is found by the properties it must break. The shortest run that shows it is kept in `golden/`; it is
 * written anew with UPDATE_GOLDEN=1.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  ALL_OPERATIONS,
  FACTS,
  FILES_STAY_MAPPED,
  INVARIANTS,
  type Mutant,
  MUTANTS,
  type Profile,
} from '../src/index.ts';
import { firstNumberToBreak, firstToBreak, type Found, MEMORY, setupOf, story } from './holds.ts';

/** Runs within which each fault is found. */
const RUNS_TO_FIND = 10_000;
/** One of ten with which no search is long; `npm run check:faults` makes them all. */
const SEED_TO_FIND = 5;
const GOLDEN = fileURLToPath(new URL('./golden', import.meta.url));

function profileOf(mutant: Mutant): Profile {
  return mutant.filesStayMapped ? FILES_STAY_MAPPED : ALL_OPERATIONS;
}

/** Where it can show itself; the golden is of the first. */
const memoriesOf = ({ onlyOn }: Mutant): readonly string[] => (onlyOn === undefined ? MEMORY : [onlyOn]);

function find(mutant: Mutant, memory: string, id: string): Found {
  const setup = setupOf(memory, mutant.driver, { patches: mutant.patches });
  const found = firstToBreak(setup, id, RUNS_TO_FIND, profileOf(mutant), SEED_TO_FIND);
  if (found === null) throw new Error(`${mutant.name} did not break ${id} in ${RUNS_TO_FIND} runs`);
  return found;
}

describe.each(MUTANTS)('$name', (mutant) => {
  test('says what it imitates and what it breaks', () => {
    expect(mutant.facts.filter((id) => !FACTS.some((fact) => fact.id === id))).toEqual([]);
    expect(mutant.breaks.filter((id) => !INVARIANTS.some((invariant) => invariant.id === id))).toEqual([]);
    expect(mutant.breaks.length).toBeGreaterThan(0);
  });

  const [first = '', ...others] = memoriesOf(mutant);

  test.each(mutant.breaks)(`is found by %s on ${first}`, (id) => {
    const found = find(mutant, first, id);
    const file = `${GOLDEN}/${mutant.name}.${id}.txt`;
    const text = story(mutant, first, id, found);
    if (process.env['UPDATE_GOLDEN'] === '1') {
      mkdirSync(GOLDEN, { recursive: true });
      writeFileSync(file, text);
    }
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  test.each(others)('is found on %s', (memory) => {
    const setup = setupOf(memory, mutant.driver, { patches: mutant.patches });
    const found = firstNumberToBreak(
      setup,
      mutant.breaks[0] ?? '',
      RUNS_TO_FIND,
      profileOf(mutant),
      SEED_TO_FIND,
    );
    expect(found).not.toBeNull();
  });
});

/**
 * Each planted fault is found by the properties it must break. The shortest run that shows it is kept in `golden/`; it is
 * written anew with UPDATE_GOLDEN=1.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  CHECK_INVARIANTS,
  drawRuns,
  FACTS,
  type Mutant,
  MUTANTS,
  profileFor,
  Runner,
  type Setup,
  setupOfRun,
} from '../src/index.ts';
import {
  costs,
  firstNumberToBreak,
  firstToBreak,
  type Found,
  KERNEL,
  MEMORY,
  story,
  theDriver,
} from './holds.ts';

/** Runs within which each fault is found. */
const RUNS_TO_FIND = 10_000;
/** One of ten with which no search is long; `npm run check:faults` makes them all. */
const SEED_TO_FIND = 5;
/**
 * Faults that the kill matrix alone looks for (reports/kill-matrix): each is found there too, and this would take minutes
 * here.
 */
const IN_MATRIX_ONLY: ReadonlySet<string> = new Set([
  'break_waits_once',
  'busy_reaches_caller',
  'busy_scan_steps_over_locked',
  'count_not_asked',
  'cow_not_notified',
  'devmap_pte_fails',
  'double_unpin',
  'end_not_called',
  'fault_without_invalidate_lock',
  'faults_pass_freeze',
  'flush_before_mkclean',
  'flush_first_page_of_pmd',
  'fork_not_notified',
  'fsync_does_not_commit',
  'interrupted_break_goes_on',
  'invalidate_drops_dirty_entries',
  'invalidation_count_unbalanced',
  'limit_not_asked',
  'lock_held_across_fault',
  'lock_held_from_start_to_end',
  'mkclean_clears_entry_first',
  'mkclean_misses_alias',
  'mkclean_notifies_one_page',
  'mmput_under_driver_lock',
  'mremap_not_notified',
  'munmap_not_notified',
  'no_pte_recheck',
  'pin_races_fork',
  'protection_vma_ignored',
  'read_begin_under_lock',
  'read_fault_maps_writable',
  'recheck_before_grab',
  'remove_is_no_fence',
  'sequence_not_stored_for_protection',
  'split_notifies_one_page',
  'unmap_event_ignored',
  'unmap_offset_truncated',
  'unmapped_file_not_searched',
  'unregister_is_no_fence',
  'wake_up_not_handed_on',
  'write_leaves_stale_mapping',
  'zero_page_stays_mapped',
]);
const GOLDEN = fileURLToPath(new URL('./golden', import.meta.url));

function plantedSetup(mutant: Mutant, memory: string): Setup {
  return setupOfRun({ memory, kernel: KERNEL, driver: theDriver(mutant.driver), mutant, costs });
}

/** Where it can show itself; the golden is of the first. */
const memoriesOf = ({ onlyOn }: Mutant): readonly string[] => (onlyOn === undefined ? MEMORY : [onlyOn]);

function find(mutant: Mutant, memory: string, id: string): Found {
  const setup = plantedSetup(mutant, memory);
  const found = firstToBreak(setup, id, RUNS_TO_FIND, profileFor(mutant), SEED_TO_FIND);
  if (found === null) throw new Error(`${mutant.name} did not break ${id} in ${RUNS_TO_FIND} runs`);
  return found;
}

describe.each(MUTANTS)('$name', (mutant) => {
  test('says what it imitates and what it breaks', () => {
    expect(mutant.facts.filter((id) => !FACTS.some((fact) => fact.id === id))).toEqual([]);
    expect(mutant.breaks.filter((id) => !CHECK_INVARIANTS.some((invariant) => invariant.id === id))).toEqual(
      [],
    );
    expect(mutant.breaks.length).toBeGreaterThan(0);
  });

  test.each(memoriesOf(mutant))('can be planted on %s', (memory) => {
    const runner = new Runner(plantedSetup(mutant, memory), []);
    for (const run of drawRuns(SEED_TO_FIND, 1)) {
      const { session, steps } = runner.run(run);
      expect(steps).toBeGreaterThan(0);
      const names = session.system.m.paths.map(({ name }) => name);
      // A patch of a path that only another filesystem has is passed over: not all of a fault may be.
      const planted = mutant.patches.filter(({ path }) => names.includes(path));
      expect(planted.length > 0 || mutant.patches.length === 0).toBe(true);
    }
  });
});

describe.each(MUTANTS.filter(({ name }) => !IN_MATRIX_ONLY.has(name)))('$name', (mutant) => {
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
    const setup = plantedSetup(mutant, memory);
    const found = firstNumberToBreak(
      setup,
      mutant.breaks[0] ?? '',
      RUNS_TO_FIND,
      profileFor(mutant),
      SEED_TO_FIND,
    );
    expect(found).not.toBeNull();
  });
});

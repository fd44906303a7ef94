/** a seed -> generated runs: run n depends on the seed, the profile and n only. */
import fc from 'fast-check';
import { type GeneratedRun, generatedRuns } from './generated_run.ts';
import { ALL_OPERATIONS, type Profile } from './profile.ts';

/** Runs drawn at once. */
export const CHUNK = 250;

/** The first `count` runs of a seed. */
export function* drawRuns(
  seed: number,
  count: number,
  profile: Profile = ALL_OPERATIONS,
): Generator<GeneratedRun> {
  const arbitrary = generatedRuns(profile.excluded);
  for (let done = 0; done < count; done += CHUNK) {
    const chunk = (seed + Math.imul(done / CHUNK, 0x9e3779b1)) | 0;
    yield* fc.sample(arbitrary, { seed: chunk, numRuns: Math.min(CHUNK, count - done) });
  }
}

/**
 * Every wait for a page reference under a pinning driver is explained: its chain goes from the page to the region that
 * holds it, and on to the transfer or to user space. Nobody waits for a reference that nobody holds.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generatedRuns, Runner } from '../src/index.ts';
import { MEMORY, SEED, setupOf } from './holds.ts';

test.each(MEMORY)('on %s', (memory) => {
  const one = new Runner(setupOf(memory, 'gup'), []);
  let explained = 0;
  fc.assert(
    fc.property(generatedRuns(), (run) => {
      for (const { described } of one.run(run).waits.waits) {
        if (described.class !== 'reference') continue;
        expect(described.chain.map(({ node }) => node)).toEqual(
          expect.arrayContaining(['task', 'page', 'pin']),
        );
        expect(described.chain.at(-1)?.text).not.toContain('no region accounts for');
        expect(['kernel', 'user']).toContain(described.root);
        explained++;
      }
    }),
    { seed: SEED, numRuns: 400 },
  );
  // Without waits there would be nothing to explain.
  expect(explained).toBeGreaterThan(80);
});

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'properties/**/*.test.ts', 'benchmarks/**/*.test.ts'],
    pool: 'forks',
    // Modules as Node loads them: the runner's own turn each use of an import into a property access, which makes the model
    // half as slow again.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    execArgv: ['--import', 'tsx'],
    // Half of a file's time would go into loading the model anew; no test changes what another one imports.
    isolate: false,
    // Two also where there are two cores, of which vitest would leave one idle.
    maxWorkers: 2,
    // Explorations and replays of long logs; two cores are enough for all of them.
    testTimeout: 180_000,
    hookTimeout: 60_000,
    // A test file without a test is a mistake.
    passWithNoTests: false,
  },
});

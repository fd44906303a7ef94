/** What the options are when they are not given; `reproduce` spells all of them out. */
import { BUILTIN_2026 } from '../costs/index.ts';

export const DEFAULTS = {
  memory: 'ext4_dax',
  kernel: 'linux-6.1',
  drivers: ['gup', 'hmm_mirror'],
  cost: BUILTIN_2026.name,
  seed: 42,
  runs: 1_000,
} as const;

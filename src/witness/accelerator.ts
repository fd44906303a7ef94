/**
 * Which accelerator to give QEMU. A /dev/kvm that is there may still not work (nested virtualisation without
 * enough of the processor): only a guest that speaks shows it, so a first attempt is made and remembered.
 */
import { constants } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import type { Cache } from './cache.ts';
import type { Accelerator } from './qemu.ts';

export type AcceleratorChoice = Accelerator | 'auto';

const NOTE = 'kvm-does-not-work-here';

/** In the order in which to try them: all but the last may fail. */
export async function acceleratorsToTry(choice: AcceleratorChoice, cache: Cache): Promise<Accelerator[]> {
  if (choice !== 'auto') return [choice];
  const usable = await access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  return usable && !(await cache.has(NOTE)) ? ['kvm', 'tcg'] : ['tcg'];
}

/** Spares later runs the attempt. */
export async function rememberThatKvmFails(cache: Cache): Promise<void> {
  await writeFile(
    cache.path(NOTE),
    'A guest under KVM said nothing. Remove this file to let it be tried again.\n',
  );
}

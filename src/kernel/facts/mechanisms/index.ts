/** Every mechanism of the model, for the fidelity table: files, address spaces, then the device and its drivers. */
import { DRIVER_MECHANISMS } from './drivers.ts';
import { FILE_MECHANISMS } from './files.ts';
import type { Mechanism } from './mechanism.ts';
import { MEMORY_MECHANISMS } from './memory.ts';

export type { Mechanism } from './mechanism.ts';

export const MECHANISMS: readonly Mechanism[] = [
  ...FILE_MECHANISMS,
  ...MEMORY_MECHANISMS,
  ...DRIVER_MECHANISMS,
];

/** Every mechanism of the model, for the fidelity table: files, page cache, address spaces, then the device and its drivers. */
import { DRIVER_MECHANISMS } from './drivers.ts';
import { FILE_MECHANISMS } from './files.ts';
import type { Mechanism } from './mechanism.ts';
import { MEMORY_MECHANISMS } from './memory.ts';
import { PAGE_CACHE_MECHANISMS } from './page_cache.ts';

export type { Mechanism } from './mechanism.ts';

export const MECHANISMS: readonly Mechanism[] = [
  ...FILE_MECHANISMS,
  ...PAGE_CACHE_MECHANISMS,
  ...MEMORY_MECHANISMS,
  ...DRIVER_MECHANISMS,
];

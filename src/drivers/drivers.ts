/**
 * The drivers that come with the project, by name.
 */
import type { Driver } from './driver.ts';
import { gup } from './gup.ts';
import { gup_longterm } from './gup_longterm.ts';
import { hmm_mirror } from './hmm_mirror.ts';
import { none } from './none.ts';

export const DRIVERS: readonly Driver[] = [none, gup, gup_longterm, hmm_mirror];

/** The driver of that name, or undefined. */
export function driverNamed(name: string): Driver | undefined {
  return DRIVERS.find((driver) => driver.name === name);
}

/**
 * The drivers that come with the project, by name.
 */
import type { Driver } from './driver.ts';
import { get } from './get.ts';
import { gup } from './gup.ts';
import { gup_longterm } from './gup_longterm.ts';
import { hmm_mirror } from './hmm_mirror.ts';
import { list_notifier } from './list_notifier.ts';
import { none } from './none.ts';
import { notifier } from './notifier.ts';
import { sideBySide } from './side_by_side.ts';

export const DRIVERS: readonly Driver[] = [none, gup, gup_longterm, get, hmm_mirror, notifier, list_notifier];

/** The driver of that name, or undefined. `gup+hmm_mirror` is both side by side: a region each. */
export function driverNamed(name: string): Driver | undefined {
  const drivers = name.split('+').flatMap((one) => DRIVERS.find((driver) => driver.name === one) ?? []);
  return drivers.length === name.split('+').length ? sideBySide(drivers) : undefined;
}

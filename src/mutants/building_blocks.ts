/**
 * What hmm_mirror is built of, each part as the fault of leaving it out: is it GUP to HMM, or GUP to mmu_notifier, and what does
 * the rest buy (K218)?
 *
 * The parts are taken out one at a time and in pairs. Where two of them would change the same step, the first one listed
 * does: what has been taken out cannot be changed any more.
 */
import { clear_device_ptes } from '../drivers/device.ts';
import type { Driver } from '../drivers/driver.ts';
import { path, REGION, type System } from '../drivers/system.ts';
import { COUNTER } from '../kernel/kernel.ts';
import { mmu_notifier_register } from '../kernel/mm/mmu_notifier_register.ts';
import { mmu_interval_read_retry } from '../kernel/mm/mmu_notifier.ts';
import type { Patch } from '../machine/program.ts';
import { callbackDoesNotDrain } from './callback_does_not_drain.ts';
import { invalidateDoesNotClear } from './invalidate_does_not_clear.ts';
import { mirrorKeepsReference } from './mirror_keeps_reference.ts';
import { leaveOut, type Mutant, replace } from './mutant.ts';
import { noRetryCheck } from './no_retry_check.ts';
import { protectionPageIgnored } from './protection_page_ignored.ts';
import { registeredAfterFirstFault } from './registered_after_first_fault.ts';
import { zeroPageFails } from './zero_page_fails.ts';

export interface BuildingBlock {
  readonly name: string;
  /** What it is. */
  readonly title: string;
  /** The fault of leaving it out. */
  readonly without: Pick<Mutant, 'patches' | 'changeDriver' | 'facts' | 'breaks'>;
}

/** Clears what a region of the address space has of [start, end). */
function clear_mirrors(k: System, mm: number, start: number, end: number): void {
  const count = k.counters.get(0, COUNTER.regions);
  for (let region = 0; region < count; region++) {
    if (k.regions.get(region, REGION.used) === 0 || k.regions.get(region, REGION.mm) !== mm) continue;
    const from = Math.max(start, k.regions.get(region, REGION.start));
    const to = Math.min(end, k.regions.get(region, REGION.end));
    if (from < to) clear_device_ptes(k, region, from, to);
  }
}

const nothing = path('start only counts', ['mm', 'start', 'end', 'event'], ({ ret }) => [ret()]);
const release = path('release at the end', ['mm'], ({ act, ret }) => [
  act('clear all mirrors', (k, f) => {
    clear_mirrors(k, f.mm, 0, k.llong_max_pages);
  }),
  ret(),
]);

/** The mirror, which hears of ends as a list subscriber, since interval notifiers are told of starts alone. */
function toldAtEnd(driver: Driver): Driver {
  return {
    ...driver,
    notifier_ops: { release, invalidate_range_start: nothing, invalidate_range_end: clear_mirrors },
  };
}

const atTheEnd: BuildingBlock['without'] = {
  facts: ['K133', 'K184'],
  breaks: ['I4'],
  changeDriver: toldAtEnd,
  patches: [
    leaveOut('hmm_mirror invalidate', 'clear device entries'),
    replace('hmm_mirror invalidate', 'no transfer in flight', [], ({ jump }) => [jump('drained')]),
    replace('hmm_mirror attach', 'return', ['region'], ({ call, ret }) => [
      call(mmu_notifier_register, (k, f, callee) => {
        callee.mm = k.regions.get(f.region, REGION.mm);
        callee.list = 1;
      }),
      ret(),
    ]),
  ],
};

const PATHS = ['hmm_mirror invalidate', 'hmm_mirror device_fault', 'hmm_mirror detach'];

/** Where the lock was others can act, between the check and what is done after it as well. */
const withoutLock: BuildingBlock['without'] = {
  facts: ['K128', 'K130'],
  breaks: ['I4'],
  patches: [
    ...PATHS.flatMap((name): Patch<System>[] => [
      replace(name, 'driver lock', [], ({ label }) => [label('no driver lock', 'K130')]),
      leaveOut(name, 'driver unlock'),
    ]),
    replace('hmm_mirror device_fault', 'mmu_interval_read_retry', ['region', 'seq'], ({ branch, label }) => [
      branch('mmu_interval_read_retry', (k, f) => mmu_interval_read_retry(k, f.region, f.seq), 'retry'),
      label('between check and install', 'K130'),
    ]),
  ],
};

/** In the order in which a driver's author meets them. */
export const BUILDING_BLOCKS: readonly BuildingBlock[] = [
  {
    name: 'registration',
    title: 'the notifier is registered before the first fault',
    without: registeredAfterFirstFault,
  },
  {
    name: 'start',
    title: 'mirrors are told when an invalidation starts, not when it ends',
    without: atTheEnd,
  },
  {
    name: 'sequence_check',
    title: 'the sequence is checked before entries are installed',
    without: noRetryCheck,
  },
  { name: 'driver_lock', title: 'a driver lock holds check and install together', without: withoutLock },
  { name: 'drain', title: 'the callback waits for DMA in flight', without: callbackDoesNotDrain },
  { name: 'protection_page', title: 'PROTECTION_PAGE is handled', without: protectionPageIgnored },
  { name: 'zero_page', title: 'the zero page is taken, so that holes can be read', without: zeroPageFails },
  { name: 'no_reference', title: 'no page reference is held', without: mirrorKeepsReference },
  { name: 'dma_unmap', title: 'the callback takes the device entries away', without: invalidateDoesNotClear },
];

const PREFIX = 'without_';

/** hmm_mirror without these parts, as a fault; its name is `without_A+B`. */
export function without(blocks: readonly BuildingBlock[]): Mutant {
  const patches: Patch<System>[] = [];
  for (const block of blocks) {
    const taken = new Set(patches.map(({ path: inPath, at }) => `${inPath} ${at}`));
    patches.push(...block.without.patches.filter(({ path: inPath, at }) => !taken.has(`${inPath} ${at}`)));
  }
  const change = blocks.flatMap((block) => block.without.changeDriver ?? []);
  return {
    name: PREFIX + blocks.map(({ name }) => name).join('+'),
    title: `hmm_mirror without: ${blocks.map(({ title }) => title).join('; ')}`,
    imitates: 'a driver that leaves parts of the protocol out',
    facts: blocks.flatMap((block) => block.without.facts),
    driver: 'hmm_mirror',
    breaks: [...new Set(blocks.flatMap((block) => block.without.breaks))],
    filesStayMapped: false,
    patches,
    ...(change.length === 0
      ? {}
      : { changeDriver: (driver: Driver) => change.reduce((changed, next) => next(changed), driver) }),
  };
}

/** The fault that {@link without} gives this name, or undefined. */
export function withoutNamed(name: string): Mutant | undefined {
  if (!name.startsWith(PREFIX)) return undefined;
  const parts = name.slice(PREFIX.length).split('+');
  const blocks = parts.flatMap((part) => BUILDING_BLOCKS.find((block) => block.name === part) ?? []);
  return blocks.length === parts.length ? without(blocks) : undefined;
}

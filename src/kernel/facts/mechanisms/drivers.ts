/** Mechanisms of the device and its drivers: what the probe module does on a real kernel. */
import type { Mechanism } from './mechanism.ts';

const MODULE = 'src/witness/probe/module';

/** A driver that takes references and gives them back. */
function pinning(driver: string, symbol: string, taken: string, reason: string): Mechanism {
  const ending = driver === 'get' ? 'put' : 'unpin';
  return {
    name: `driver ${driver}`,
    symbols: [`${MODULE}/probe_pin.c`, `mm/gup.c:${symbol}`],
    paths: ['attach', 'begin_transfer', 'end_transfer', 'device_fault', 'pin', ending].map(
      (path) => `${driver} ${path}`,
    ),
    modelled: `${taken} when the range is attached, held until it is detached; the device goes by the pages`,
    simplified: 'no DMA addresses',
    leftOut: ['iommu', 'driver_families'],
    reason,
  };
}

/** A driver with a table that callbacks empty. */
function mirroring(driver: string, symbol: string, fault: string, paths: readonly string[]): Mechanism {
  return {
    name: `driver ${driver}`,
    symbols: [symbol],
    paths: paths.map((path) => `${driver} ${path}`),
    modelled: `entries filled by ${fault} with the retry of the documentation, emptied by callbacks under the driver lock`,
    simplified: 'a device fault is one page',
    leftOut: ['secondary_tlb', 'driver_families'],
  };
}

const NO_FAULTS = 'its device never faults: the contract asks for a fault path, and nothing calls it';

const GET = pinning(
  'get',
  'get_user_pages_fast',
  'FOLL_GET',
  `${NO_FAULTS}; no cell is direct I/O: its end is shown by src/cli/staged_scenes.test.ts`,
);

const MIRROR_PATHS = ['attach', 'detach', 'device_fault', 'invalidate', 'transfer'];

export const DRIVER_MECHANISMS: readonly Mechanism[] = [
  {
    name: 'device',
    symbols: [`${MODULE}/probe_main.c`],
    paths: [
      'ioctl attach',
      'ioctl detach',
      'ioctl transfer',
      'ioctl signal fence',
      'detach region',
      'device_engine',
      'device_release',
    ],
    modelled: 'an engine that reads and writes the pages of a region, by the pages held or by a table',
    simplified:
      'the probe copies with the CPU; the model has an engine of its own that other tasks can overtake',
    leftOut: ['iommu', 'cpu_cache'],
    reason:
      'no cell has a fence that user space signals; the planted fault callback_waits_on_user_fence waits for one',
  },
  {
    name: 'driver none',
    symbols: ['no driver'],
    paths: ['none', 'none begin_transfer', 'none device_fault'],
    modelled: 'nothing is attached',
    simplified: 'none known',
    reason: NO_FAULTS,
  },
  pinning('gup', 'pin_user_pages_fast', 'FOLL_PIN', NO_FAULTS),
  pinning('gup_longterm', 'pin_user_pages_fast', 'FOLL_PIN with FOLL_LONGTERM', NO_FAULTS),
  {
    ...GET,
    symbols: [...GET.symbols, 'block/bio.c:__bio_release_pages'],
    paths: [...GET.paths, 'get bio_endio'],
    modelled: `${GET.modelled}; taken for one transfer it is direct I/O of 6.1, whose end wakes nobody`,
    rules: ['bio_release_wakes_nobody'],
  },
  mirroring('hmm_mirror', `${MODULE}/probe_mirror.c`, 'hmm_range_fault', MIRROR_PATHS),
  mirroring(
    'notifier',
    `${MODULE}/probe_mirror.c`,
    'get_user_pages_fast, the reference dropped at once,',
    MIRROR_PATHS,
  ),
  {
    ...mirroring(
      'list_notifier',
      'include/linux/mmu_notifier.h:struct mmu_notifier_ops',
      'get_user_pages_fast',
      ['attach', 'detach', 'device_fault', 'invalidate_range_start', 'release', 'transfer'],
    ),
    reason: 'the probe has interval notifiers only; shown by src/kernel/mm/mmu_notifier_list.test.ts',
  },
];

/**
 * The callback returns at once for PROTECTION_PAGE: the device keeps writing after fsync has cleaned the page.
 */
import { driver_lock } from '../kernel/kernel.ts';
import { MMU_NOTIFY_PROTECTION_PAGE } from '../kernel/event.ts';
import { type Mutant, replaceEntry } from './mutant.ts';

export const protection_page_ignored: Mutant = {
  name: 'protection_page_ignored',
  title: 'the callback ignores write protection',
  imitates: 'f729c8c9b24f "dax: wrprotect pmd_t in dax_mapping_entry_mkclean": a writable alias survives fsync (K65, K178)',
  driver: 'hmm_mirror',
  breaks: ['I4', 'I3', 'I9'],
  patches: () => [
    replaceEntry('hmm_mirror invalidate', 'driver lock', ['region', 'event'], ({ branch, down_write }) => [
      branch('not for us', (_k, f) => f.event === MMU_NOTIFY_PROTECTION_PAGE, 'ignored'),
      down_write('driver lock', (_k, f) => driver_lock(f.region)),
    ]),
    replaceEntry('hmm_mirror invalidate', 'driver unlock', ['region'], ({ up, mark }) => [
      up('driver unlock', (_k, f) => driver_lock(f.region)),
      mark('ignored'),
    ]),
  ],
};

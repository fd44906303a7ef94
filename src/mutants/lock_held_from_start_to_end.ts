/** The driver read-locks its rwsem when an invalidation begins and unlocks it when that ends. */
import type { Driver } from '../drivers/driver.ts';
import { driver_lock } from '../kernel/kernel.ts';
import { leaveOut, type Mutant, replace } from './mutant.ts';

/** The driver, whose end of an invalidation gives back what its start has locked. */
function unlockAtEnd(driver: Driver): Driver {
  const ops = driver.notifier_ops;
  if (ops === undefined) return driver;
  return {
    ...driver,
    notifier_ops: {
      ...ops,
      invalidate_range_end(k, mm, start, end) {
        ops.invalidate_range_end(k, mm, start, end);
        // A subscription that began inside the invalidation has heard no start.
        if (k.m.locks.holds(k.current, driver_lock(mm)) === 'read')
          k.m.locks.release(k.current, driver_lock(mm));
      },
    },
  };
}

export const lockHeldFromStartToEnd: Mutant = {
  name: 'lock_held_from_start_to_end',
  title:
    'a nested start, of a huge page that is split, waits behind a writer who waits for the outer read lock',
  imitates: 'K189, fixed by commit f25a546e6529: umem_rwsem of ODP was held from start to end',
  facts: ['K45', 'K119', 'K189'],
  driver: 'list_notifier',
  breaks: ['I6'],
  filesStayMapped: false,
  operations: ['mmap', 'attach', 'detach', 'dma_write', 'store', 'punch', 'madvise_dontneed'],
  changeDriver: unlockAtEnd,
  patches: [
    replace('list_notifier invalidate_range_start', 'driver lock', ['mm'], ({ down_read }) => [
      down_read('driver lock', (_k, f) => driver_lock(f.mm)),
    ]),
    leaveOut('list_notifier invalidate_range_start', 'driver unlock'),
  ],
};

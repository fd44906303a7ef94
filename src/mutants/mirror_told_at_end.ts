/** The mirror clears its entries when an invalidation ends instead of when it begins. */
import type { Driver } from '../drivers/driver.ts';
import { clear_regions } from '../drivers/list_notifier.ts';
import { leaveOut, type Mutant } from './mutant.ts';

/** The driver, whose end of an invalidation clears what it is told about before it counts it. */
function clearAtEnd(driver: Driver): Driver {
  const ops = driver.notifier_ops;
  if (ops === undefined) return driver;
  return {
    ...driver,
    notifier_ops: {
      ...ops,
      invalidate_range_end(k, mm, start, end) {
        clear_regions(k, { mm, start, end });
        ops.invalidate_range_end(k, mm, start, end);
      },
    },
  };
}

export const mirrorToldAtEnd: Mutant = {
  name: 'mirror_told_at_end',
  title: 'start only counts, and the device entries go at the end, when the pages are gone already',
  imitates: 'K184, fixed by commit ec131b2d7fa6: HMM told its mirrors from invalidate_range_end',
  facts: ['K133', 'K184'],
  driver: 'list_notifier',
  breaks: ['I4'],
  filesStayMapped: false,
  changeDriver: clearAtEnd,
  patches: [leaveOut('list_notifier invalidate_range_start', 'clear device entries')],
};

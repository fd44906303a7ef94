/** Start and end of an invalidation each count only if a region is there at that moment. */
import type { Driver } from '../drivers/driver.ts';
import { next_region } from '../drivers/list_notifier.ts';
import { PER_MM } from '../drivers/system.ts';
import { type Mutant, replace } from './mutant.ts';

/** The driver, whose end of an invalidation counts only if it finds a region. */
function countWhatIsThere(driver: Driver): Driver {
  const ops = driver.notifier_ops;
  if (ops === undefined) return driver;
  return {
    ...driver,
    notifier_ops: {
      ...ops,
      invalidate_range_end(k, mm, start, end) {
        if (next_region(k, { mm, start, end }, () => true) >= 0) ops.invalidate_range_end(k, mm, start, end);
      },
    },
  };
}

export const invalidationCountUnbalanced: Mutant = {
  name: 'invalidation_count_unbalanced',
  title: 'a region that goes or comes between start and end leaves the count of invalidations unbalanced',
  imitates: 'K207, fixed by commit 52ac8b358b0c: KVM counted a moved memslot at one end only',
  facts: ['K159', 'K207'],
  driver: 'list_notifier',
  breaks: ['I12'],
  filesStayMapped: false,
  operations: ['mmap', 'attach', 'detach', 'dma_write', 'punch', 'madvise_dontneed', 'munmap'],
  changeDriver: countWhatIsThere,
  patches: [
    replace(
      'list_notifier invalidate_range_start',
      'mmu_invalidate_in_progress++',
      ['mm', 'start', 'end'],
      ({ act }) => [
        act('mmu_invalidate_in_progress++ if a region is there', (k, f) => {
          if (next_region(k, f, () => true) < 0) return;
          k.per_mm.set(f.mm, PER_MM.in_progress, k.per_mm.get(f.mm, PER_MM.in_progress) + 1);
        }),
      ],
    ),
  ],
};

import { expect, test } from 'vitest';
import type { Operation } from '../workload/operation.ts';
import { fileDigests } from './file_digest.ts';
import { attachedWorkload, CONDITIONS, drivers, page } from './fixtures/conditions.ts';
import { replay } from './replay.ts';

/** Digests after operations on a file of 16 pages. */
function digestsAfter(...ops: Operation[]): Record<string, string> {
  const [none] = drivers('none');
  if (none === undefined) throw new Error('no driver');
  const workload = attachedWorkload(ops.map((op) => ['other', op]));
  return fileDigests(replay(workload, none, CONDITIONS, { onBlock: 'stay', probe: false }).session);
}

const range = (from: number, to: number) => ({ file: 0, start: page(from), end: page(to) });

test('a hole, unwritten blocks and written zeros are the same content', () => {
  const hole = digestsAfter({ kind: 'punch', ...range(4, 8) });
  expect(hole).toEqual(digestsAfter({ kind: 'zero', ...range(4, 8), keepSize: true }));
  expect(hole).toEqual(
    digestsAfter({ kind: 'punch', ...range(4, 8) }, { kind: 'alloc', ...range(4, 8), keepSize: true }),
  );
  expect(hole).not.toEqual(digestsAfter());
  expect(hole).not.toEqual(digestsAfter({ kind: 'punch', ...range(4, 7) }));
});

test('size and page numbers count', () => {
  const grown = digestsAfter({ kind: 'truncate', file: 0, size: page(17) });
  expect(grown).not.toEqual(digestsAfter());
  expect(digestsAfter({ kind: 'truncate', file: 0, size: page(16, 1) })).not.toEqual(grown);
  expect(digestsAfter({ kind: 'punch', ...range(4, 5) })).not.toEqual(
    digestsAfter({ kind: 'punch', ...range(5, 6) }),
  );
});

test('a file without a name counts while it is mapped', () => {
  const unlinked = digestsAfter({ kind: 'unlink', file: 0 });
  expect(Object.keys(unlinked)).toEqual(['data']);
  expect(unlinked).toEqual(digestsAfter());
});

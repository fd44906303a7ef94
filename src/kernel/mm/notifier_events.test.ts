import { describe, expect, test } from 'vitest';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { BOTH, Story, written } from '../../run/fixtures/story.ts';
import type { Operation } from '../../workload/operation.ts';
import { NOTIFIER_EVENTS, type NotifierEvent } from '../event.ts';

/** Who sends what (K123), for a file that is mapped shared at 0 and privately at 16 by a device's user. */
const SENT: Readonly<Record<NotifierEvent, readonly Operation[]>> = {
  UNMAP: [sys.munmap(0, 4), sys.mremap(0, 4, 32, 36)],
  CLEAR: [sys.truncate(0), sys.punch(1, 2), sys.dontneed(0, 2)],
  PROTECTION_PAGE: [sys.fsync(), { kind: 'fork', child: 2 }],
  PROTECTION_VMA: [{ kind: 'mprotect', from: 0, to: 4, readable: true, writable: false }],
  SOFT_DIRTY: [{ kind: 'clear_refs' }],
  RELEASE: [sys.exit],
};

describe.each(BOTH)('%s', (memory) => {
  const sentBy = (op: Operation): string[] => {
    const tasks = { app: 0, other: 1, child: 2 };
    const children = op.kind === 'fork' ? { children: ['child'] } : {};
    const story = new Story({ memory, driver: hmm_mirror, files: [written(4)], tasks, ...children });
    story.run('app', sys.mmapShared(0, 4));
    story.run('app', sys.mmapPrivate(16, 20));
    story.run('app', sys.store(0, 4));
    story.run('app', sys.store(16, 20));
    story.run('app', sys.attach(0, 4));
    story.run('app', sys.attach(16, 20, { region: 1 }));
    story.run('app', sys.dmaWrite(0, 4));
    story.settle();
    story.forget();
    story.run('app', op);
    return story.events('callback_start').map(({ event }) => event);
  };

  test.each(NOTIFIER_EVENTS.flatMap((event) => SENT[event].map((op) => [event, op] as const)))(
    'K122 K123 %s comes of $kind',
    (event, op) => {
      expect(sentBy(op)).toContain(event);
    },
  );
});

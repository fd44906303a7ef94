import { describe, expect, test } from 'vitest';
import type { Driver } from '../drivers/driver.ts';
import { gup } from '../drivers/gup.ts';
import { hmm_mirror } from '../drivers/hmm_mirror.ts';
import { oneLockForAllRegions } from '../mutants/one_lock_for_all_regions.ts';
import { WaitLog } from '../observe/waits.ts';
import * as sys from '../run/fixtures/calls.ts';
import { BOTH, type Memory, type Plot, Story, written } from '../run/fixtures/story.ts';
import { waitOf } from '../run/wait_graph.ts';
import { isolated } from './isolation.ts';

/** Two processes with a file and a device each, and an administrator. */
const CAST = { app: 0, other: 1, admin: 2 };

/** A story whose operations the invariant can look up by number. */
class Held {
  readonly story: Story;

  constructor(memory: Memory, driver: Driver, plot: Partial<Plot> = {}) {
    this.story = new Story({ memory, driver, files: [written(4), written(4)], tasks: CAST, ...plot });
  }

  begin(who: string, op: Parameters<Story['begin']>[1]): void {
    const { session } = this.story;
    const { number, task } = this.story.begin(who, op);
    session.workload = { ...session.workload, ops: [...session.workload.ops] };
    (session.workload.ops as { task: number; op: typeof op }[])[number] = { task, op };
  }

  violations(): readonly string[] {
    const { session } = this.story;
    return (
      isolated.atEnd?.(
        session,
        new WaitLog(
          (task) => waitOf(session, task),
          () => -1,
        ),
      ) ?? []
    );
  }
}

describe.each(BOTH)('%s', (memory) => {
  test('K30 K32 a pin on one file holds a freeze up, and through it who writes another file', () => {
    const held = new Held(memory, gup);
    const { story } = held;
    story.run('app', sys.mmapShared(0, 4));
    story.run('app', sys.attach(0, 4));
    held.begin('app', sys.truncate(0));
    expect(story.drive('app')).toBe('asleep');
    expect(held.violations()).toEqual([]);
    held.begin('admin', { kind: 'freeze' });
    expect(story.drive('admin')).toBe('asleep');
    held.begin('other', sys.write(0, 1, 1));
    expect(story.drive('other')).toBe('asleep');
    expect(held.violations()).toHaveLength(1);
    expect(held.violations()[0]).toMatch(
      /\(write\) waits because of region 0 of f0, with which it has nothing/,
    );
  });

  test('K30 who maps the file may have to wait: that is not held against the driver', () => {
    const held = new Held(memory, gup);
    const { story } = held;
    story.run('app', sys.mmapShared(0, 4));
    story.run('app', sys.attach(0, 4));
    story.run('other', sys.mmapShared(0, 4));
    held.begin('app', sys.truncate(0));
    story.drive('app');
    held.begin('admin', { kind: 'freeze' });
    story.drive('admin');
    held.begin('other', sys.write(0, 1, 1));
    expect(story.drive('other')).toBe('asleep');
    expect(held.violations()).toEqual([]);
  });

  test('K155 one driver lock for all regions makes a truncate of one file wait for a job on another', () => {
    const waiting = (patches: Plot['patches']): Held => {
      const held = new Held(memory, hmm_mirror, { patches: patches ?? [] });
      const { story } = held;
      for (const [who, region] of [
        ['app', 0],
        ['other', 1],
      ] as const) {
        story.run(who, sys.mmapShared(0, 4, { file: region }));
        story.run(who, sys.attach(0, 4, { region }));
        story.run(who, sys.dmaWrite(0, 4, { region, fence: region === 0 }));
        story.settle();
      }
      held.begin('app', sys.truncate(0));
      story.drive('app');
      held.begin('other', sys.truncate(0, 1));
      story.drive('other');
      return held;
    };
    expect(waiting(oneLockForAllRegions.patches).violations()).toHaveLength(1);
    expect(waiting([]).violations()).toEqual([]);
  });
});

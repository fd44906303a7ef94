import { describe, expect, test } from 'vitest';
import { TokenError } from '../schedule/index.ts';
import { drawRuns } from './draw_runs.ts';
import { describeRun } from './describe.ts';
import { setup } from './fixtures/conditions.ts';
import { Runner } from './run_one.ts';
import { decodeRun, encodeRun } from './run_token.ts';
import { explainRun } from './shrink.ts';

const TOKEN =
  'gvr1~ext4_dax.linux-2d6-2e1.gup.~f.1.2.0.0.2.w~t.0~o.0.mmap.0.4.6.0.1.1.0~o.0.attach.0.4.6.0.0.1~o.0.truncate.0.0.512~z.9~gvs1~0.1';

describe('the token of a run', () => {
  test('reads as what it says', () => {
    const { run, ...conditions } = decodeRun(TOKEN);
    expect(conditions).toEqual({ memory: 'ext4_dax', kernel: 'linux-6.1', driver: 'gup', mutant: null });
    expect(run.workload.files).toEqual([
      {
        name: 'f0',
        size: { page: 2, byte: 0 },
        extents: [{ from: 0, to: 2, state: 'written' }],
        exists: true,
      },
    ]);
    expect(run.workload.ops.map(({ op }) => op)).toEqual([
      { kind: 'mmap', file: 0, from: 4, to: 6, pgoff: 0, shared: true, writable: true, sync: false },
      { kind: 'attach', region: 0, from: 4, to: 6, perTransfer: false, survivesExit: false, writable: true },
      { kind: 'truncate', file: 0, size: { page: 0, byte: 512 } },
    ]);
    expect(run.freezeAt).toBe(9);
    expect(encodeRun(conditions, run)).toBe(TOKEN);
  });

  test('every drawn run comes back', () => {
    const runner = new Runner(setup('hmm_mirror'), []);
    for (const drawn of drawRuns(9, 100)) {
      const run = explainRun(runner, drawn);
      const conditions = {
        memory: 'xfs_dax',
        kernel: 'linux-6.1',
        driver: './my driver.ts',
        mutant: 'pin_leak',
      };
      expect(decodeRun(encodeRun(conditions, run))).toEqual({ ...conditions, run });
    }
  });

  test.each([
    ['gvs1~0', "'gvr1' is missing"],
    ['gvr1~a.b.c', 'the mutant is missing'],
    ['gvr1~a.b.c.~x.1~gvs1~0', "'x' is no item"],
    ['gvr1~a.b.c.~t.0~o.0.fly~gvs1~0', "there is no operation 'fly'"],
    ['gvr1~a.b.c.~t.0~o.0.fsync.0~gvs1~0', 'there is no file 0'],
    ['gvr1~a.b.c.~o.0.exit~gvs1~0', 'there is no task 0'],
    ['gvr1~a.b.c.~t.0~o.0.fork.1~gvs1~0', 'there is no task 1'],
    ['gvr1~a.b.c.~f.1.2.0.0.2.q~gvs1~0', "an extent is w or u, not 'q'"],
    ['gvr1~a.b.c.~t.0', 'the schedule is missing'],
  ])('%s is refused', (token, message) => {
    expect(() => decodeRun(token)).toThrow(TokenError);
    expect(() => decodeRun(token)).toThrow(message);
  });

  test('in words', () => {
    expect(describeRun(decodeRun(TOKEN).run)).toEqual([
      'f0: 2p; pages 0 to 1 written',
      't0 in address space 0',
      '0. t0: mmap file 0 from 4 to 6 pgoff 0 shared yes writable yes sync no',
      '1. t0: attach region 0 from 4 to 6 perTransfer no survivesExit no writable yes',
      '2. t0: truncate file 0 size 0p+512',
      'order of tasks: 0 1',
      'user space begins nothing after step 9',
    ]);
  });
});

import { describe, expect, test } from 'vitest';
import type { Certificate, ComparisonResult, DriverResult } from '../compare/result.ts';
import { comparisonDocument } from './comparison_document.ts';
import type { Block } from './document.ts';
import { exampleResult } from './fixtures/example_result.ts';
import { blockingSentences, costSentence, expectationSentence } from './verdict_sentence.ts';

type Changes = Parameters<typeof exampleResult>[0];

const EXAMPLE = exampleResult();

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the example has lost something');
  return value;
}

function driver(name: 'gup' | 'hmm_mirror', changes: Partial<DriverResult> = {}): DriverResult {
  return { ...must(EXAMPLE.drivers[name]), ...changes };
}

const NOTHING_DONE: Partial<DriverResult> = {
  transfers: 0,
  device_faults: 0,
  pages_held_max: 0,
  notifier: {},
  ops: { truncate: must(driver('hmm_mirror').ops.punch) },
};

/** All text of one section, for searching. */
function sectionText(result: ComparisonResult, heading: string): string {
  const section = comparisonDocument(result).sections.find((candidate) => candidate.heading === heading);
  return (section?.blocks ?? []).map(blockText).join('\n');
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
    case 'note':
      return block.text;
    case 'list':
      return block.items.join('\n');
    case 'key_values':
      return block.entries.map((entry) => entry.join(': ')).join('\n');
    case 'code':
      return block.lines.join('\n');
    case 'chain':
      return block.links.join('\n');
    case 'table':
      return block.rows.map((row) => row.map((cell) => cell.text).join(' | ')).join('\n');
  }
}

describe('verdict sentence', () => {
  const sentence = (changes: Changes): string => blockingSentences(exampleResult(changes)).join(' ');

  test('names who blocked, how many, and how the calls ended', () => {
    expect(sentence({})).toBe(
      'On t_mmap_collision (ext4_dax, linux-6.1), gup blocked 3,398 of 6,852 truncates and fallocates, ' +
        'each until the driver was made to let go; hmm_mirror blocked none.',
    );
  });

  test('tells apart calls that ended in different ways', () => {
    const endings: Certificate['ended_by'][] = ['never', 'user'];
    const certificates = EXAMPLE.certificates.slice(0, 2).map((certificate, index) => ({
      ...certificate,
      ended_by: endings[index] ?? 'itself',
    }));
    expect(sentence({ certificates })).toContain(
      ', 2,224 until a later call of the program let go and 1,174 for ever;',
    );
  });

  test('says nothing of endings that its certificates do not cover', () => {
    expect(sentence({ certificates: [] })).toContain(
      '6,852 truncates and fallocates; hmm_mirror blocked none.',
    );
  });

  test('does not praise a driver that was refused, nor one that had nothing to do', () => {
    const drivers = {
      gup_longterm: driver('gup', { ...NOTHING_DONE, refusals: { EOPNOTSUPP: 3 } }),
      notifier: driver('hmm_mirror', NOTHING_DONE),
      none: driver('hmm_mirror', NOTHING_DONE),
    };
    expect(sentence({ drivers })).toBe(
      'On t_mmap_collision (ext4_dax, linux-6.1), without a driver none of 2,224 truncates was blocked; ' +
        'gup_longterm was refused by the kernel (EOPNOTSUPP, 3 times) and held nothing; notifier had nothing to do.',
    );
  });

  test('when nobody blocks, it still says how many there were', () => {
    expect(sentence({ drivers: { hmm_mirror: driver('hmm_mirror') } })).toContain(
      'hmm_mirror blocked none of 6,852 truncates and fallocates.',
    );
  });

  test('without a truncate or fallocate there is no verdict on them', () => {
    const ops = { read: must(driver('gup').ops.read) };
    expect(sentence({ drivers: { gup: driver('gup', { ops }) } })).toContain('this comparison cannot say');
    const { punch } = driver('gup').ops;
    const reflinked = driver('gup', {
      ops: { ...ops, reflink: { ...must(punch), total: 1, blocked: 1, never: 1 } },
    });
    const text = sentence({ drivers: { gup: reflinked } });
    expect(text).toContain('this comparison cannot say');
    expect(text).toContain('gup also blocked 1 reflink. Under gup 1 call never ended');
  });

  test('lists other blocked calls, calls that never ended and blocks freed under a reference', () => {
    const { truncate, read } = driver('gup').ops;
    const ops = {
      truncate: { ...must(truncate), never: 1, unreached: 2 },
      read: { ...must(read), blocked: 5 },
    };
    const text = sentence({ drivers: { gup: driver('gup', { ops, blocks_freed_under_reference: 1 }) } });
    expect(text).toContain('gup also blocked 5 read.');
    expect(text).toContain('Under gup 1 call never ended and 2 later calls were never reached.');
    expect(text).toContain('Under gup 1 block was freed while the device held a reference.');
  });
});

describe('a mirror is not free', () => {
  test('faults, retries, callbacks and fault locks are stated', () => {
    expect(costSentence(EXAMPLE)).toBe(
      'What it cost (simulated): gup held up to 16 pages (64.2 page-s in all). hmm_mirror took 3,398 device faults and 7 retries; ' +
        'was called back 3,399 times, for which callers waited 17.4 ms; kept 12 calls waiting 31.5 us for locks of its faults.',
    );
  });

  test('nothing is said when nothing was done', () => {
    expect(costSentence(exampleResult({ drivers: { none: driver('hmm_mirror', NOTHING_DONE) } }))).toContain(
      'callers waited',
    );
    expect(
      costSentence(exampleResult({ drivers: { none: driver('gup', { ...NOTHING_DONE, ops: {} }) } })),
    ).toBeNull();
  });
});

describe('expectations', () => {
  test('a surprise is bad, in words and not in colour alone', () => {
    const verdicts = EXAMPLE.verdicts.map((verdict, index) =>
      index === 0
        ? {
            ...verdict,
            got: 'broken' as const,
            as_expected: false,
            violations: 2,
            example: 'operation 7 waits',
          }
        : verdict,
    );
    const result = exampleResult({ verdicts });
    expect(expectationSentence(result)).toEqual({
      text: '1 of 6 verdicts NOT as expected. 1 of them was not exercised.',
      good: false,
    });
    const text = sectionText(result, 'Properties');
    expect(text).toContain('UNEXPECTED: broken 2x');
    expect(text).toContain(
      'truncate_never_blocked must hold, yet under hmm_mirror it came out as broken (2 violations); first violation: operation 7 waits',
    );
  });

  test('unmet expectations of a scenario stand in the first section', () => {
    expect(sectionText(exampleResult({ unmet: ['operation 3 completed'] }), 'Verdict')).toContain(
      'NOT met:\noperation 3 completed',
    );
  });

  test('an interrupted comparison says so first', () => {
    expect(sectionText(exampleResult({ complete: false }), 'Verdict')).toMatch(/^INCOMPLETE/);
    expect(sectionText(EXAMPLE, 'Verdict')).not.toContain('INCOMPLETE');
  });
});

describe('what this is not', () => {
  const limits = (changes: Changes): string => sectionText(exampleResult(changes), 'What this is not');

  test('names the cost table, the grades in use, missing kinds, unmodelled calls and the plan', () => {
    const text = limits({});
    expect(text).toContain('cost table builtin-2026, never measured');
    expect(text).toContain('Grade "replayed"');
    expect(text).not.toContain('Grade "sampled"');
    expect(text).toContain('The workload has no open_trunc, zero, collapse, insert or unshare');
    expect(text).toContain('not modelled (74): mprotect 62, copy_file_range 12.');
    expect(text).toContain('what it holds is held until the program unmaps the range');
    expect(text).toContain('I4 under gup');
  });

  test('divergences from the log are listed once for all drivers they concern', () => {
    expect(limits({})).toContain(
      '1 mmap: the log has EOPNOTSUPP, the model success (gup, hmm_mirror, first at line 31)',
    );
  });

  test('a what-if only for a log, and without DAX only on DAX', () => {
    expect(limits({})).toContain('recorded without DAX and without this device');
    expect(limits({ memory: 'xfs' })).toContain('recorded without this device: the replay on xfs');
    expect(limits({ input: { ...EXAMPLE.input, source: 'scenario' } })).not.toContain('what-if');
  });

  test('says what became of blocked calls', () => {
    expect(limits({})).toContain('made to let go of that file');
    expect(limits({ on_block: 'stay' })).toContain('stays asleep');
  });
});

describe('who waited for whom', () => {
  test('thousands of certificates become a few groups, and the rest is counted', () => {
    const first = must(EXAMPLE.certificates[0]);
    const certificates = Array.from({ length: 9 }, (_, index): Certificate => ({
      ...first,
      driver: `d${index}`,
      count: 10 - index,
    }));
    const text = sectionText(exampleResult({ certificates }), 'Who waited for whom');
    expect(text).toContain('d0: 10 blocked, class reference');
    expect(text).toContain('3 more reasons to wait (9 waits)');
    expect(text).not.toContain('d8:');
  });

  test('kinds that nobody waited in are counted, not tabulated', () => {
    const text = sectionText(EXAMPLE, 'Who waited for whom');
    expect(text).toContain('No wait under any driver: mmap 1, attach 1, dma_write 3,398.');
    expect(text).not.toMatch(/^mmap \|/m);
  });

  test('K32 groups what stood still behind equal calls', () => {
    expect(sectionText(EXAMPLE, 'Who waited for whom')).toContain(
      'behind truncate or punch of data/collision under gup: read, write (i_rwsem) stood still; load, store, munmap, fsync proceeded',
    );
  });

  test('different contents at the end are shouted', () => {
    const files = { ...driver('gup').files, 'data/collision': 'dead'.padEnd(64, '0') };
    const drivers = { gup: driver('gup', { files }), hmm_mirror: driver('hmm_mirror') };
    expect(sectionText(exampleResult({ drivers }), 'Who waited for whom')).toContain(
      'differ between drivers: data/collision.',
    );
  });

  test('no divergence is a finding too', () => {
    expect(sectionText(exampleResult({ first_divergence: null }), 'Who waited for whom')).toContain(
      'differ in no observation',
    );
  });
});

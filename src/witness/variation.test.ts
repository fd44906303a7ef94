import { describe, expect, test } from 'vitest';
import type { Cell, Observation } from './cell.ts';
import { observationJson, parseObservation } from './observation_json.ts';
import { unexpectedVariations, variations } from './variation.ts';

const CELL: Cell = {
  ...{ kernel: 'linux-6.1', memory: 'ext4_dax', driver: 'hmm_mirror', op: 'punch' },
  ...{ outcome: 'completed', errno: null, sleeps_in: null },
  ...{ interruptible: null, interrupt_errno: null, killable: null },
  ...{ size_bytes: 65536, blocks: 64, events: { PROTECTION_PAGE: 8, CLEAR: 2 }, entries_cleared: 8 },
  ...{ cpu_reads: ['0'], device_reads: ['0'], file_reads: ['0'], after_release: null },
  recorded: {
    ...{ took_us: 919, state: null, stack: [] },
    ...{ device_faults: 0, device_retries: 0, page_references: [1, null], page_dirty: [false, null] },
  },
};

function observation(...cells: Cell[]): Observation {
  return {
    schema: 'gup-vs-hmm/cells/1',
    kernel: { release: '6.1.0-56-amd64', packages: ['busybox-static 1'], command_line: 'console=ttyS0' },
    probe_sha256: '00',
    memories: [{ name: 'ext4_dax', dax: true, map_sync: 'yes', mount: '/dev/pmem0 ext4 rw' }],
    kernel_alarms: [],
    cells,
  };
}

describe('two observations', () => {
  test('of the same do not differ, in whatever order events were counted', () => {
    const other = { ...CELL, events: { CLEAR: 2, PROTECTION_PAGE: 8 } };
    expect(variations(observation(CELL), observation(other))).toEqual([]);
  });

  test('may differ in what is only recorded', () => {
    const slower = { ...CELL, recorded: { ...CELL.recorded, took_us: 1000 } };
    const found = variations(observation(CELL), observation(slower));
    expect(found).toEqual([
      {
        ...{ memory: 'ext4_dax', driver: 'hmm_mirror', op: 'punch' },
        ...{ field: 'recorded.took_us', first: '919', second: '1000' },
      },
    ]);
    expect(unexpectedVariations(found)).toEqual([]);
  });

  test('may not differ in anything else', () => {
    const other: Cell = { ...CELL, outcome: 'failed', errno: 'EINTR', events: { CLEAR: 3 } };
    const found = unexpectedVariations(variations(observation(CELL), observation(other)));
    expect(found.map(({ field }) => field)).toEqual(['outcome', 'errno', 'events']);
  });

  test('have the same cells', () => {
    const other = { ...CELL, op: 'zero' };
    const found = variations(observation(CELL), observation(other));
    expect(found.map(({ op, field, first }) => [op, field, first])).toEqual([
      ['punch', 'cell', '"present"'],
      ['zero', 'cell', 'absent'],
    ]);
  });
});

describe('the text of an observation', () => {
  test('reads back, with one line for each cell', () => {
    const text = observationJson(observation(CELL, { ...CELL, op: 'zero' }));
    expect(text.split('\n').filter((line) => line.includes('"op":'))).toHaveLength(2);
    expect(parseObservation(text, 'here')).toEqual(observation(CELL, { ...CELL, op: 'zero' }));
  });

  test('is the same however events were counted', () => {
    const other = { ...CELL, events: { CLEAR: 2, PROTECTION_PAGE: 8 } };
    expect(observationJson(observation(other))).toBe(observationJson(observation(CELL)));
  });

  test('of another shape is refused with the place', () => {
    const text = observationJson(observation(CELL)).replace('"blocks":64', '"blocks":"64"');
    expect(() => parseObservation(text, 'a.json')).toThrow(
      /a\.json is not an observation: at cells\.0\.blocks/,
    );
    expect(() => parseObservation('{', 'a.json')).toThrow(/a\.json is not JSON/);
  });
});

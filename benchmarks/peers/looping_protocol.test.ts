import { describe, expect, test } from 'vitest';
import { findLassos, Graph, type Model, Search, ShortestWays } from '../../src/index.ts';
import { loopingProtocol, type ProtocolSize } from './looping_protocol.ts';
import { NO_RETRY, tableProtocol } from './table_protocol.ts';

const SMALL: ProtocolSize = { pages: 2, mirrors: 1, shortPins: 0, longPins: 0, truncates: 1 };

function search(model: Model) {
  const graph = new Graph();
  const search = new Search(model, graph, { stopped: () => false, statesMax: 1_000_000 });
  expect(search.run()).toBe('exhausted');
  return { state: search.state, transitions: graph.transitions() };
}

function searched(model: Model) {
  const { state, transitions } = search(model);
  expect([...state.findings.keys()]).toEqual([]);
  const lassos = (['alone', 'under_churn'] as const).map((one) => findLassos(transitions, one).length);
  return { states: state.visited.size, transitions: state.transitions, lassos };
}

const WAYS = { 'on the machine': loopingProtocol, 'as one table of steps': tableProtocol };

describe.each(Object.entries(WAYS))('the protocol that never stops, %s', (_way, model) => {
  // States are what pan of Spin 6.5.2 stored for looping_protocol.pml; it counted one transition more each time, that into
  // the first state.
  test.each([
    ['a mirror', {}, 349, 585, [0, 0]],
    ['two mirrors and two truncates', { mirrors: 2, truncates: 2 }, 58_292, 158_207, [0, 0]],
    ['a long pin', { longPins: 1, pages: 1 }, 774, 1806, [1, 1]],
    ['a short pin', { shortPins: 1, pages: 1 }, 1034, 2530, [1, 1]],
    ['a long and a short pin', { shortPins: 1, longPins: 1 }, 14_747, 44_377, [1, 1]],
  ])('%s', (_, changes, states, transitions, lassos) => {
    expect(searched(model({ ...SMALL, ...changes }))).toEqual({ states, transitions, lassos });
  });

  test('refuses more truncates than pages', () => {
    expect(() => model({ ...SMALL, truncates: 3 })).toThrow('3 truncates of 2 pages');
  });
});

describe('one table of steps', () => {
  test('finds a device that does not look whether it was invalidated, and the way to it', () => {
    const { state, transitions } = search(tableProtocol(SMALL, NO_RETRY));
    const places = state.findings.get('no_use_after_free')?.places ?? [];
    const model = tableProtocol(SMALL, NO_RETRY);
    new ShortestWays(transitions).to(places[0]?.state ?? 0).forEach((task) => {
      model.step(task);
    });
    expect(model.found.size).toBe(0);
    model.look();
    expect([...model.found.values()]).toEqual(['a device uses a block that is free']);
  });

  test('refuses more tasks than its cells have room for', () => {
    expect(() => tableProtocol({ ...SMALL, shortPins: 14 })).toThrow('16 tasks');
  });
});

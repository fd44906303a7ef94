import { describe, expect, test } from 'vitest';
import { findLassos, Graph, Search } from '../../src/index.ts';
import { loopingProtocol, type ProtocolSize } from './looping_protocol.ts';

const SMALL: ProtocolSize = { pages: 2, mirrors: 1, shortPins: 0, longPins: 0, truncates: 1 };

function searched(changes: Partial<ProtocolSize>) {
  const graph = new Graph();
  const search = new Search(loopingProtocol({ ...SMALL, ...changes }), graph, {
    stopped: () => false,
    statesMax: 1_000_000,
  });
  expect(search.run()).toBe('exhausted');
  expect([...search.state.findings.keys()]).toEqual([]);
  const transitions = graph.transitions();
  const lassos = (['alone', 'under_churn'] as const).map((one) => findLassos(transitions, one).length);
  return { states: search.state.visited.size, transitions: search.state.transitions, lassos };
}

describe('the protocol that never stops', () => {
  test.each([
    ['a mirror', {}, 345, 578, [0, 0]],
    ['two mirrors and two truncates', { mirrors: 2, truncates: 2 }, 57_778, 156_847, [0, 0]],
    ['a long pin', { longPins: 1, pages: 1 }, 761, 1776, [1, 1]],
    ['a short pin', { shortPins: 1, pages: 1 }, 986, 2416, [1, 1]],
  ])('%s', (_, changes, states, transitions, lassos) => {
    expect(searched(changes)).toEqual({ states, transitions, lassos });
  });
});

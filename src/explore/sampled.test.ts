import { expect, test } from 'vitest';
import { exploreScope, scopeWith } from './fixtures/scopes.ts';
import { sampledStates } from './sampled.ts';

test('random runs come to some of the states that the search finds, more runs to more, never to others', () => {
  const scope = { mirrors: 0, shortPins: 1 };
  const all = exploreScope(scope).states;
  const sampled = sampledStates(scopeWith(scope), [1, 10, 100], 1).map(({ states }) => states);
  const [one, ten, hundred] = sampled as [number, number, number];
  expect(one).toBeGreaterThan(10);
  expect(ten).toBeGreaterThan(one);
  expect(hundred).toBeGreaterThan(ten);
  expect(hundred).toBeLessThanOrEqual(all);
  expect(hundred).toBeGreaterThan(all / 2);
});

test('the same seed comes to the same states', () => {
  const states = () => sampledStates(scopeWith({}), [5], 7);
  expect(states()).toEqual(states());
});

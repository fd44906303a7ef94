import { describe, expect, test } from 'vitest';
import { terminalStyle, type ColorChoice, type Environment } from './terminal_facts.ts';

const TERMINAL = { isTTY: true, columns: 100 };
const PIPE = { isTTY: false };

describe('colour', () => {
  test.each<[string, boolean, Environment, ColorChoice, boolean]>([
    ['a terminal', true, {}, 'auto', true],
    ['a pipe', false, {}, 'auto', false],
    ['NO_COLOR', true, { NO_COLOR: '1' }, 'auto', false],
    ['an empty NO_COLOR', true, { NO_COLOR: '' }, 'auto', true],
    ['FORCE_COLOR into a pipe', false, { FORCE_COLOR: '1' }, 'auto', true],
    ['FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, 'auto', false],
    ['both', true, { FORCE_COLOR: '1', NO_COLOR: '1' }, 'auto', false],
    ['a dumb terminal', true, { TERM: 'dumb' }, 'auto', false],
    ['the option against NO_COLOR', false, { NO_COLOR: '1' }, 'always', true],
    ['the option against FORCE_COLOR', true, { FORCE_COLOR: '1' }, 'never', false],
  ])('%s', (_, isTTY, env, choice, color) => {
    expect(terminalStyle({ ...TERMINAL, isTTY }, env, choice, false).color).toBe(color);
  });

  test('a file gets none, unless it is asked for', () => {
    expect(terminalStyle(TERMINAL, {}, 'auto', true).color).toBe(false);
    expect(terminalStyle(TERMINAL, {}, 'always', true).color).toBe(true);
  });
});

test.each<[Environment, boolean]>([
  [{ LANG: 'C.UTF-8' }, true],
  [{ LANG: 'de_DE.utf8' }, true],
  [{ LANG: 'C.UTF-8', LC_ALL: 'C' }, false],
  [{ LANG: 'C', LC_CTYPE: 'C.UTF-8' }, true],
  [{ LANG: 'C.UTF-8', LC_ALL: '' }, true],
  [{}, false],
])('box-drawing borders with %j: %s', (env, unicode) => {
  expect(terminalStyle(TERMINAL, env, 'auto', false).unicode).toBe(unicode);
});

test.each<[{ isTTY: boolean; columns?: number }, Environment, number]>([
  [TERMINAL, {}, 100],
  [{ isTTY: true, columns: 40 }, {}, 80],
  [{ isTTY: true, columns: 300 }, {}, 120],
  [{ isTTY: true }, {}, 80],
  [PIPE, {}, 80],
  [PIPE, { COLUMNS: '110' }, 110],
  [PIPE, { COLUMNS: 'wide' }, 80],
])('width of %j with %j is %i', (stream, env, width) => {
  expect(terminalStyle(stream, env, 'auto', false).width).toBe(width);
});

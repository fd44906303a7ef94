import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FACTS, NOT_MODELLED, fact } from './index.ts';
import type { Fact, FactStatus } from './index.ts';
import { LEFT_OUT } from './left_out.ts';

const ROOT = new URL('../../../', import.meta.url);
const HERE = fileURLToPath(new URL('.', import.meta.url));
const FACT_COUNT = 239;

type Modelled = Extract<FactStatus, { kind: 'modelled' }>;

function modelled(): (Fact & { status: Modelled })[] {
  return FACTS.filter((entry): entry is Fact & { status: Modelled } => entry.status.kind === 'modelled');
}

/** Ids of the facts for which `bad` holds: an empty list is a pass, a full one names the culprits. */
function idsWhere(bad: (entry: Fact) => boolean): string[] {
  return FACTS.filter(bad).map((entry) => entry.id);
}

function sentences(text: string): number {
  return text.match(/[.!?](?=\s|$)/g)?.length ?? 0;
}

describe('FACTS', () => {
  test('numbers run from K1 to K239, each once and in order', () => {
    const expected = Array.from({ length: FACT_COUNT }, (_, index) => `K${index + 1}`);
    expect(FACTS.map((entry) => entry.id)).toEqual(expected);
  });

  test('titles are short, distinct and no sentences', () => {
    expect(idsWhere(({ title }) => title.length === 0 || title.length > 70 || title.endsWith('.'))).toEqual(
      [],
    );
    expect(new Set(FACTS.map((entry) => entry.title)).size).toBe(FACT_COUNT);
  });

  test('texts have one to four sentences and say something each of their own', () => {
    expect(idsWhere(({ text }) => sentences(text) < 1 || sentences(text) > 4 || text.length > 640)).toEqual(
      [],
    );
    expect(idsWhere(({ text }) => text !== text.trim() || text.includes('  '))).toEqual([]);
    expect(new Set(FACTS.map((entry) => entry.text)).size).toBe(FACT_COUNT);
  });

  test('every fact names a source, and none is blank or given twice', () => {
    const blank = (entry: Fact): boolean => entry.sources.some((source) => source.trim() === '');
    const twice = (entry: Fact): boolean => new Set(entry.sources).size !== entry.sources.length;
    expect(idsWhere((entry) => entry.sources.length === 0 || blank(entry) || twice(entry))).toEqual([]);
  });

  test('facts cited by facts exist, and no fact cites itself', () => {
    const cited = (entry: Fact): string[] =>
      [entry.text, entry.caveat ?? '', ...entry.sources].join(' ').match(/\bK\d+\b/g) ?? [];
    const known = new Set<string>(FACTS.map((entry) => entry.id));
    expect(idsWhere((entry) => cited(entry).some((id) => !known.has(id) || id === entry.id))).toEqual([]);
  });

  test('sources are places in the kernel tree, not absolute paths or links', () => {
    const foreign = /(^|\s)\.{0,2}\/|https?:/;
    expect(idsWhere((entry) => foreign.test([entry.text, ...entry.sources].join(' ')))).toEqual([]);
  });

  test('a caveat, where there is one, is a sentence', () => {
    expect(idsWhere(({ caveat }) => caveat !== undefined && !/^[A-Z].*\.$/s.test(caveat))).toEqual([]);
  });
});

test('every fact that source or tests cite exists', () => {
  // Here ids that are none are asked for on purpose.
  const files = ['src', 'properties'].flatMap((folder) =>
    readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('facts/index.test.ts'))
      .map((name) => `${folder}/${name}`),
  );
  const known = new Set<string>(FACTS.map((entry) => entry.id));
  const cited = files.flatMap((name) => {
    const ids = readFileSync(new URL(name, ROOT), 'utf8').match(/\bK\d+\b/g) ?? [];
    return ids.map((id) => ({ name, id }));
  });
  expect(cited.length).toBeGreaterThan(FACT_COUNT);
  expect(cited.filter(({ id }) => !known.has(id))).toEqual([]);
});

describe('status', () => {
  test('every file that a modelled fact names exists', () => {
    const named = new Set(modelled().flatMap((entry) => entry.status.where));
    expect([...named].filter((file) => !existsSync(new URL(file, ROOT)))).toEqual([]);
  });

  test('a modelled fact names TypeScript files of the model, each once', () => {
    const inModel = /^src\/(kernel\/(mm|fs|release)|drivers|machine)\/[a-z0-9_]+\.ts$/;
    const wrong = modelled().filter(({ status: { where } }) => {
      return (
        where.length === 0 ||
        new Set(where).size !== where.length ||
        where.some((file) => !inModel.test(file))
      );
    });
    expect(wrong.map((entry) => entry.id)).toEqual([]);
  });

  test('the rules that carry the comparison are modelled', () => {
    const core = [
      'K31',
      'K34',
      'K36',
      'K49',
      'K51',
      'K52',
      'K62',
      'K63',
      'K64',
      'K88',
      'K117',
      'K126',
      'K129',
      'K143',
    ];
    expect(core.filter((id) => fact(id).status.kind !== 'modelled')).toEqual([]);
  });

  test('behaviour of E2 alone is never claimed for the model', () => {
    const laterOnly = ['K11', 'K37', 'K38', 'K39', 'K125', 'K214'];
    expect(laterOnly.filter((id) => fact(id).status.kind === 'modelled')).toEqual([]);
  });

  test('every planted fault of this version belongs to a fact', () => {
    const planted = modelled().filter((entry) => entry.status.fault !== undefined);
    expect(planted.map((entry) => entry.id)).toEqual([
      'K20',
      'K42',
      'K45',
      'K65',
      'K113',
      'K117',
      'K158',
      'K171',
      'K172',
      'K173',
      'K177',
      'K178',
      'K179',
      'K180',
      'K181',
      'K182',
      'K183',
      'K184',
      'K185',
      'K186',
      'K187',
      'K188',
      'K189',
      'K190',
      'K191',
      'K192',
      'K193',
      'K194',
      'K196',
      'K197',
      'K198',
      'K199',
      'K201',
      'K202',
      'K204',
      'K205',
      'K206',
      'K207',
      'K209',
      'K210',
      'K212',
      'K226',
    ]);
  });
});

describe('fact', () => {
  test('finds a fact by its id', () => {
    expect(fact('K1')).toBe(FACTS[0]);
    expect(fact('K239')).toBe(FACTS[FACT_COUNT - 1]);
  });

  test.each([
    ['k52', 'did you mean K52?'],
    ['52', 'did you mean K52?'],
    ['K052', 'did you mean K52?'],
    ['K240', 'did you mean K230, K220, K210, K200, K140?'],
    ['K522', 'did you mean K222, K122, K52, K22?'],
    ['facts', 'facts are K1 to K239'],
    ['', 'facts are K1 to K239'],
  ])('an unknown id %j is refused with a hint', (id, hint) => {
    expect(() => fact(id)).toThrow(new RangeError(`no fact '${id}': ${hint}`));
  });
});

describe('NOT_MODELLED', () => {
  test('covers every fact that is left out, wholly or in part', () => {
    const covered = new Set<string>(NOT_MODELLED.flatMap((item) => item.facts));
    const uncovered = idsWhere(({ id, status }) => {
      const leavesOut =
        status.kind === 'not_modelled' || (status.kind === 'modelled' && status.without !== undefined);
      return leavesOut && !covered.has(id);
    });
    expect(uncovered).toEqual([]);
  });

  test('gives a fact that is left out the reason of its item', () => {
    for (const { id, status } of FACTS) {
      if (status.kind !== 'not_modelled') continue;
      const items = NOT_MODELLED.filter((item) => item.reason === status.reason);
      expect(
        items.map((item) => item.facts.includes(id)),
        id,
      ).toEqual([true]);
    }
  });

  test('names facts in order for every item, and says what and why', () => {
    const number = (id: string): number => Number(id.slice(1));
    for (const { what, reason, facts } of NOT_MODELLED) {
      expect(facts.length, what).toBeGreaterThan(0);
      expect(
        [...new Set(facts)].sort((a, b) => number(a) - number(b)),
        what,
      ).toEqual(facts);
      expect(reason.length, what).toBeGreaterThan(20);
    }
    expect(new Set(NOT_MODELLED.map((item) => item.what)).size).toBe(Object.keys(LEFT_OUT).length);
  });

  test('the facts that an item merely relates to exist', () => {
    const related = Object.values(LEFT_OUT).flatMap((topic): readonly string[] => topic.related);
    expect(related.map((id) => fact(id).id)).toEqual(related);
  });
});

test('each file of facts stays short enough to read', () => {
  const files = readdirSync(HERE, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  const long = files.filter((name) => readFileSync(`${HERE}/${name}`, 'utf8').split('\n').length > 400);
  expect(long).toEqual([]);
});

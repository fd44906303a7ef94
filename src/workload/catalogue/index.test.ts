import { Ajv2020 } from 'ajv/dist/2020.js';
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadScenario, SCENARIO_JSON_SCHEMA } from '../scenario/index.ts';
import type { Expectation } from '../workload.ts';
import { CATALOGUE, catalogueEntry } from './index.ts';

const SCENARIOS = CATALOGUE.filter(({ kind }) => kind === 'scenario');
const LOGS = CATALOGUE.filter(({ kind }) => kind === 'log');
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(SCENARIO_JSON_SCHEMA);

/** `gup ext4_dax` and so on: whom an expectation is about. */
function audiences(expectations: readonly Pick<Expectation, 'drivers' | 'memory'>[]): Set<string> {
  return new Set(
    expectations.flatMap(({ drivers, memory }) =>
      (drivers ?? ['gup', 'hmm_mirror']).flatMap((driver) =>
        (memory ?? ['ext4_dax', 'xfs_dax']).map((kind) => `${driver} ${kind}`),
      ),
    ),
  );
}

describe('the catalogue', () => {
  test('names are unique and every file of its folders has an entry', () => {
    const names = CATALOGUE.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const files = readdirSync(new URL('./scenarios/', import.meta.url)).map((file) =>
      file.replace('.yaml', ''),
    );
    expect(SCENARIOS.map(({ name }) => name).toSorted()).toEqual(files.toSorted());
    const logs = readdirSync(new URL('./logs/', import.meta.url)).map((file) =>
      file.replace('.strace.gz', ''),
    );
    expect(LOGS.map(({ name }) => name).toSorted()).toEqual(logs.toSorted());
  });

  test('an unknown name gets the nearest one', () => {
    expect(catalogueEntry('t_mmap_collision').kind).toBe('log');
    expect(() => catalogueEntry('t_mmap_colision')).toThrow(
      "t_mmap_colision: is not in the catalogue; did you mean 't_mmap_collision'?",
    );
    expect(() => catalogueEntry('something_else')).toThrow(
      'something_else: is not in the catalogue; list scenarios has the names',
    );
  });
});

describe.each(LOGS)('log $name', ({ file }) => {
  test('unpacks to the text of a log', () => {
    expect(gunzipSync(readFileSync(file)).toString('utf8')).toMatch(/\bmmap\(/);
  });
});

describe.each(SCENARIOS)('scenario $name', ({ name, title, facts, file }) => {
  test('is valid by the published schema', () => {
    expect(validate(parse(readFileSync(file, 'utf8'))), JSON.stringify(validate.errors)).toBe(true);
  });

  test('says what it shows, by which facts, for pins and mirrors on both filesystems', async () => {
    const { workload } = await loadScenario(file);
    expect(workload.name).toBe(name);
    expect(workload.title).toBe(title);
    expect(workload.description.length).toBeGreaterThan(80);
    expect(workload.facts).toEqual(facts);
    const everyone = ['gup ext4_dax', 'gup xfs_dax', 'hmm_mirror ext4_dax', 'hmm_mirror xfs_dax'];
    expect([...audiences(workload.expect)]).toEqual(expect.arrayContaining(everyone));
    expect([...audiences(workload.expectEnd)]).toEqual(expect.arrayContaining(everyone));
  });
});

/**
 * The house keeps its order: dependencies point one way, the model uses no clock and no chance, every file is
 * used, and nothing grows beyond what can be read at once.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  againstDirection,
  clockAndChance,
  codeOf,
  FUNCTION_LINES_MAX,
  importsOf,
  LINES_MAX,
  longFunctions,
  pastTheIndex,
  tooLong,
  unfinished,
  unimported,
  type SourceFile,
} from './house_rules.ts';

const TOP = fileURLToPath(new URL('..', import.meta.url));

function projectFiles(): SourceFile[] {
  return ['src', 'properties', 'benchmarks'].flatMap((folder) =>
    readdirSync(`${TOP}${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .sort()
      .map((path) => ({ path, text: readFileSync(`${TOP}${path}`, 'utf8') })),
  );
}

describe('this project', () => {
  const files = projectFiles();

  test('has files to look at', () => {
    expect(files.map(({ path }) => path)).toContain('src/workload/workload.ts');
    expect(files.length).toBeGreaterThan(50);
  });

  test('dependencies run in one direction', () => {
    expect(againstDirection(files)).toEqual([]);
  });

  test('properties and benchmarks use what every user has: src/index.ts', () => {
    expect(pastTheIndex(files)).toEqual([]);
  });

  test('the model uses no clock, no chance, no promises', () => {
    expect(clockAndChance(files)).toEqual([]);
  });

  test('every source file is used by another', () => {
    expect(unimported(files, ['src/index.ts', 'src/cli/main.ts', 'src/cli/driver_main.ts'])).toEqual([]);
  });

  test(`no file is longer than ${LINES_MAX} lines, no function than ${FUNCTION_LINES_MAX}`, () => {
    expect(tooLong(files)).toEqual([]);
    expect(longFunctions(files)).toEqual([]);
  });

  test('nothing is left open, silenced or skipped', () => {
    expect(unfinished(files)).toEqual([]);
  });
});

function file(path: string, ...lines: string[]): SourceFile {
  return { path, text: lines.join('\n') };
}

describe('reading sources', () => {
  test('comments and quoted texts go, lines keep their numbers', () => {
    const text = "a('// no') /* b\n c */ d // e\n`f\n// g` h";
    expect(codeOf(text)).toBe('a() \n d \n\n h');
    expect(codeOf(String.raw`'it\'s' x`)).toBe(' x');
    expect(codeOf('/[\'"]/ y\nz // w')).toContain('z ');
  });

  test('imports of every form, and none in comments or texts', () => {
    const source = file(
      'src/kernel/mm/gup.ts',
      "import { a } from '../kernel.ts';",
      "export type { b } from './page.ts';",
      "import 'node:fs';",
      "const lazy = import('../../machine/lock.ts');",
      "const worker = new URL('./worker.ts', base);",
      "// import { c } from '../../cli/main.ts';",
      "const text = `import { d } from '../../cli/main.ts'`;",
    );
    expect(importsOf(source)).toEqual([
      'src/kernel/kernel.ts',
      'src/kernel/mm/page.ts',
      'node:fs',
      'src/machine/lock.ts',
      'src/kernel/mm/worker.ts',
    ]);
  });
});

describe('the rules catch', () => {
  test.each([
    ['src/machine/task.ts', '../kernel/kernel.ts'],
    ['src/schedule/pct.ts', '../kernel/kernel.ts'],
    ['src/kernel/mm/gup.ts', '../../drivers/gup.ts'],
    ['src/workload/strace/parse.ts', '../../kernel/errno.ts'],
    ['src/drivers/gup.ts', '../mutants/leak.ts'],
    ['src/observe/history.ts', '../compare/pairs.ts'],
    ['src/invariants/i4.ts', '../report/mail.ts'],
    ['src/report/mail.ts', '../kernel/kernel.ts'],
    ['src/compare/pairs.ts', '../cli/main.ts'],
    ['src/compare/pairs.ts', '../index.ts'],
    ['src/report/mail.ts', '../../properties/house_rules.ts'],
  ])('%s importing %s', (path, target) => {
    expect(againstDirection([file(path, `import { x } from '${target}';`)])).toHaveLength(1);
  });

  test.each([
    ['src/kernel/mm/gup.ts', '../../machine/program.ts'],
    ['src/kernel/mm/gup.ts', '../fs/inode.ts'],
    ['src/mutants/leak.ts', '../drivers/gup.ts'],
    ['src/observe/history.ts', '../compare/result.ts'],
    ['src/report/mail.ts', '../kernel/facts/index.ts'],
    ['src/cli/main.ts', '../kernel/kernel.ts'],
    ['src/index.ts', './compare/pairs.ts'],
    ['src/workload/strace/parse.ts', 'yaml'],
  ])('but not %s importing %s', (path, target) => {
    expect(againstDirection([file(path, `import { x } from '${target}';`)])).toEqual([]);
  });

  test('a folder that no rule knows', () => {
    expect(againstDirection([file('src/misc/a.ts', '')])).toEqual([
      'src/misc/a.ts: no rule says what src/misc may import',
    ]);
  });

  test('properties that go past the index', () => {
    const deep = file('properties/a.test.ts', "import { x } from '../src/kernel/kernel.ts';");
    const fine = file(
      'benchmarks/main.ts',
      "import { x } from '../src/index.ts';",
      "import y from './y.ts';",
      "import 'fast-check';",
    );
    const across = file('benchmarks/b.ts', "import { x } from '../properties/house_rules.ts';");
    expect(pastTheIndex([deep, fine, across])).toEqual([
      'properties/a.test.ts imports src/kernel/kernel.ts',
      'benchmarks/b.ts imports properties/house_rules.ts',
    ]);
  });

  test.each([
    'Date.now()',
    'Math.random()',
    'new Promise(f)',
    'async () => 1',
    'await x',
    'setTimeout(f)',
    'performance.now()',
    'process.hrtime()',
  ])('the model using %s', (code) => {
    expect(clockAndChance([file('src/kernel/a.ts', '', `const x = ${code};`)])).toHaveLength(1);
    expect(clockAndChance([file('src/kernel/a.ts', `// ${code}`, `const s = '${code}';`)])).toEqual([]);
    expect(
      clockAndChance([file('src/cli/a.ts', `const x = ${code};`), file('src/kernel/a.test.ts', code)]),
    ).toEqual([]);
  });

  test('a file that only its test or itself imports', () => {
    const files = [
      file('src/index.ts', "export * from './a.ts';"),
      file('src/a.ts', ''),
      file('src/b.ts', "import './b.ts';"),
      file('src/b.test.ts', "import './b.ts';", "import './fixtures/c.ts';"),
      file('src/fixtures/c.ts', ''),
      file('src/fixtures/d.ts', ''),
    ];
    expect(unimported(files, ['src/index.ts'])).toEqual(['src/b.ts', 'src/fixtures/d.ts']);
  });

  test('one line too many', () => {
    const lines = (count: number): SourceFile => ({ path: 'src/a.ts', text: 'x;\n'.repeat(count) });
    expect(tooLong([lines(LINES_MAX)])).toEqual([]);
    expect(tooLong([lines(LINES_MAX + 1)])).toEqual([`src/a.ts has ${LINES_MAX + 1} lines`]);
  });

  test.each([
    ['a function', ['export function f(x: number): void {'], '}'],
    ['a function with a header over several lines', ['function f(', '  x: number,', '): void {'], '}'],
    ['an arrow function', ['const f = (x: number): void => {'], '};'],
    ['a callback', ['call(a, (x) => {'], '});'],
    ['a method', ['  step(x: number): void {'], '  }'],
  ])('%s of one line too many', (_, header, end) => {
    const indent = end.length - end.trimStart().length;
    const body = (count: number): string[] =>
      Array.from({ length: count }, () => `${' '.repeat(indent)}  x;`);
    const fits = FUNCTION_LINES_MAX - header.length - 1;
    expect(longFunctions([file('src/a.ts', ...header, ...body(fits), end)])).toEqual([]);
    expect(longFunctions([file('src/a.ts', ...header, ...body(fits + 1), end)])).toHaveLength(1);
    expect(longFunctions([file('src/a.test.ts', ...header, ...body(fits + 1), end)])).toEqual([]);
  });

  test('long tables and classes are not functions', () => {
    const body = Array.from({ length: 90 }, () => '  x,');
    expect(longFunctions([file('src/a.ts', 'const TABLE = {', ...body, '};')])).toEqual([]);
    expect(longFunctions([file('src/a.ts', 'export class A extends B {', ...body, '}')])).toEqual([]);
  });

  test('work left open and tests that do not run', () => {
    const marks = [
      'TO' + 'DO',
      '@ts-' + 'ignore',
      'eslint-' + 'disable',
      'test.' + 'skip',
      'describe.' + 'only',
    ];
    expect(unfinished([file('src/a.ts', ...marks.map((mark) => `// ${mark}`))])).toHaveLength(marks.length);
    expect(unfinished([file('src/a.ts', 'test.each(x)', 'it skips')])).toEqual([]);
  });
});

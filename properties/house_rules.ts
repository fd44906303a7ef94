/**
 * The rules of the house as functions over source texts: who may import whom, what the model must not use,
 * and how long things may be. `layering.test.ts` runs them over this project and over small made-up inputs.
 */
import { posix } from 'node:path';

export interface SourceFile {
  /** From the project's top, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** A workload on the model: what everything that looks at runs may look at. */
const MODEL = ['machine', 'kernel', 'drivers', 'run', 'workload', 'costs'];

/**
 * What each folder of `src` may import besides itself: folders, or single files where a folder shares no more
 * than its vocabulary. `cli`, and the files directly in `src`, may import everything.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  machine: [],
  schedule: ['machine'],
  costs: [],
  workload: [],
  kernel: ['machine', 'workload', 'costs'],
  drivers: ['machine', 'kernel', 'workload', 'costs'],
  mutants: ['machine', 'kernel', 'drivers'],
  run: ['machine', 'schedule', 'kernel', 'drivers', 'workload', 'costs'],
  observe: [...MODEL, 'compare/result.ts'],
  invariants: [...MODEL, 'observe', 'compare/result.ts'],
  explore: [
    ...[...MODEL, 'schedule', 'mutants', 'observe', 'invariants'],
    ...['check/run_token.ts', 'check/setup_of_run.ts', 'check/profile.ts'],
  ],
  compare: [...MODEL, 'schedule', 'mutants', 'observe', 'invariants', 'explore'],
  check: [...MODEL, 'schedule', 'mutants', 'observe', 'invariants', 'compare/result.ts'],
  explain: [...MODEL, 'schedule', 'mutants', 'observe', 'invariants', 'check', 'compare'],
  report: ['compare', 'workload', 'costs', 'kernel/facts'],
  witness: ['workload', 'compare', 'kernel/facts'],
};

/** Folders that must give the same result every time. */
const DETERMINISTIC = ['machine', 'schedule', 'kernel', 'drivers', 'mutants', 'run', 'explore'];

const CLOCK_AND_CHANCE = [
  /\bDate\b/,
  /\bMath\.random\b/,
  /\bPromise\b/,
  /\basync\b/,
  /\bawait\b/,
  /\bset(?:Timeout|Interval|Immediate)\b/,
  /\bqueueMicrotask\b/,
  /\bperformance\b/,
  /\bprocess\./,
];

export const LINES_MAX = 400;
export const FUNCTION_LINES_MAX = 70;

/** Tests, and what only they use. */
export function isTest(file: SourceFile): boolean {
  return file.path.endsWith('.test.ts') || file.path.includes('/fixtures/');
}

/** Text between `start` and the end of the quoted text or comment that begins there. */
function tokenEnd(text: string, start: number): number {
  const two = text.slice(start, start + 2);
  if (two === '//') {
    const newline = text.indexOf('\n', start);
    return newline < 0 ? text.length : newline;
  }
  if (two === '/*') {
    const close = text.indexOf('*/', start + 2);
    return close < 0 ? text.length : close + 2;
  }
  const quote = text[start] ?? '';
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) return at + 1;
    else if (text[at] === '\n' && quote !== '`') return at;
  }
  return text.length;
}

interface Token {
  readonly start: number;
  readonly end: number;
}

/** Quoted texts and comments, in order. */
function tokensOf(text: string): Token[] {
  const opening = /\/\/|\/\*|['"`]/g;
  const tokens: Token[] = [];
  for (let found = opening.exec(text); found !== null; found = opening.exec(text)) {
    const end = tokenEnd(text, found.index);
    tokens.push({ start: found.index, end });
    opening.lastIndex = end;
  }
  return tokens;
}

/** Comments and quoted texts, with their marks and quotes. */
export function textsOf({ text }: SourceFile): string[] {
  return tokensOf(text).map(({ start, end }) => text.slice(start, end));
}

/** The code without comments and quoted texts. Lines keep their numbers. */
export function codeOf(text: string): string {
  let code = '';
  let at = 0;
  for (const { start, end } of tokensOf(text)) {
    code += text.slice(at, start) + text.slice(start, end).replace(/[^\n]/g, '');
    at = end;
  }
  return code + text.slice(at);
}

/** What stands before the name of a module. */
const BEFORE_MODULE = /(?:\bfrom|\bimport|\bimport\()\s*$/;
/** What stands before the address of a worker's file. */
const BEFORE_ADDRESS = /\bnew URL\(\s*$/;

/** What a file imports: paths from the project's top for its own files, names for packages. */
export function importsOf({ path, text }: SourceFile): string[] {
  const folder = posix.dirname(path);
  return tokensOf(text).flatMap(({ start, end }) => {
    const name = text.slice(start + 1, end - 1);
    const before = text.slice(Math.max(0, start - 40), start);
    const isAddress = BEFORE_ADDRESS.test(before) && name.endsWith('.ts');
    if (text[start] !== "'" || !(isAddress || BEFORE_MODULE.test(before))) return [];
    return [isAddress || name.startsWith('.') ? posix.join(folder, name) : name];
  });
}

function mayImport(from: string, target: string): boolean {
  const folder = from.split('/')[1] ?? '';
  const own = target.startsWith(`src/${folder}/`);
  const allowed = MAY_IMPORT[folder] ?? [];
  return own || allowed.some((name) => target === `src/${name}` || target.startsWith(`src/${name}/`));
}

/** Imports in `src` against the direction of dependencies; tests beside the source are held to it too. */
export function againstDirection(files: readonly SourceFile[]): string[] {
  // A unit test of the kernel tells a story of a whole run: it may build on what stands above the kernel.
  const inFolders = files
    .filter((file) => !isTest(file))
    .filter(({ path }) => /^src\/[^/]+\//.test(path) && !path.startsWith('src/cli/'));
  return inFolders.flatMap((file) => {
    const folder = file.path.split('/')[1] ?? '';
    if (MAY_IMPORT[folder] === undefined) return [`${file.path}: no rule says what src/${folder} may import`];
    return importsOf(file)
      .filter((target) => /^(src|properties|benchmarks)\//.test(target) && !mayImport(file.path, target))
      .map((target) => `${file.path} imports ${target}`);
  });
}

/** Imports of `properties` and `benchmarks` that go past `src/index.ts`. */
export function pastTheIndex(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => /^(properties|benchmarks)\//.test(path))
    .flatMap((file) => {
      const own = `${file.path.split('/')[0] ?? ''}/`;
      return importsOf(file)
        .filter((target) => target.includes('/') && target.endsWith('.ts'))
        .filter((target) => target !== 'src/index.ts' && !target.startsWith(own))
        .map((target) => `${file.path} imports ${target}`);
    });
}

/** Uses of time, chance and promises where the model must be deterministic. */
export function clockAndChance(files: readonly SourceFile[]): string[] {
  const held = files.filter((file) => DETERMINISTIC.some((folder) => file.path.startsWith(`src/${folder}/`)));
  return held
    .filter((file) => !isTest(file))
    .flatMap((file) => {
      const lines = codeOf(file.text).split('\n');
      return lines.flatMap((line, index) => {
        const word = CLOCK_AND_CHANCE.map((pattern) => pattern.exec(line)?.[0]).find(
          (hit) => hit !== undefined,
        );
        return word === undefined ? [] : [`${file.path}:${index + 1} uses ${word}`];
      });
    });
}

function importedBy(files: readonly SourceFile[]): ReadonlySet<string> {
  return new Set(files.flatMap((file) => importsOf(file).filter((target) => target !== file.path)));
}

/** Files of `src` that no other file of `src` imports and that are no entry point; fixtures are for tests. */
export function unimported(files: readonly SourceFile[], entries: readonly string[]): string[] {
  const all = files.filter(({ path }) => path.startsWith('src/'));
  const byAny = importedBy(all);
  const bySource = importedBy(all.filter((file) => !isTest(file)));
  return all
    .filter((file) => !file.path.endsWith('.test.ts') && !entries.includes(file.path))
    .filter((file) => !(isTest(file) ? byAny : bySource).has(file.path))
    .map(({ path }) => path);
}

export function tooLong(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, '').split('\n').length;
    return lines > LINES_MAX ? [`${path} has ${lines} lines`] : [];
  });
}

const CONTROL =
  /^\s*(?:}\s*)?(?:if|else|for|while|switch|try|catch|finally|do|class|interface|export (?:class|interface))\b/;

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function opensFunction(line: string): boolean {
  if (!line.endsWith('{') || CONTROL.test(line)) return false;
  return line.endsWith('=> {') || /\bfunction\b/.test(line) || /\)(?:: [^={]+)? \{$/.test(line);
}

/** For a header over several lines, the line on which it starts. */
function headerStart(lines: readonly string[], opening: number): number {
  const indent = indentOf(lines[opening] ?? '');
  if (!(lines[opening] ?? '').trimStart().startsWith(')')) return opening;
  for (let at = opening - 1; at >= 0; at--) {
    if (indentOf(lines[at] ?? '') === indent && (lines[at] ?? '') !== '') return at;
  }
  return opening;
}

/**
 * Functions of more lines than allowed, header and closing brace included. Found by indentation, which the
 * formatter guarantees: a body ends at the first line that is indented as its header and starts with a brace.
 */
export function longFunctions(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => !isTest(file))
    .flatMap(({ path, text }) => {
      const lines = text.split('\n');
      return lines.flatMap((line, opening) => {
        if (!opensFunction(line)) return [];
        const start = headerStart(lines, opening);
        const closes = (one: string, at: number): boolean =>
          at > opening && indentOf(one) === indentOf(line) && one.trimStart().startsWith('}');
        const length = lines.findIndex(closes) - start + 1;
        return length > FUNCTION_LINES_MAX ? [`${path}:${start + 1} a function of ${length} lines`] : [];
      });
    });
}

/** Spelt in parts, so that this file does not find itself. */
const UNFINISHED = [
  new RegExp(String.raw`\b(?:TO` + String.raw`DO|FIX` + String.raw`ME|XX` + String.raw`X)\b`),
  new RegExp('@ts-' + '(?:ignore|expect-error|nocheck)'),
  new RegExp('eslint-' + 'disable'),
  new RegExp(
    String.raw`\b(?:test|it|describe|suite)\.(?:sk` +
      String.raw`ip|on` +
      String.raw`ly|to` +
      String.raw`do|fails)\b`,
  ),
];

/** What is left open, silenced or not run. */
export function unfinished(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const found = UNFINISHED.map((pattern) => pattern.exec(line)?.[0]).find((hit) => hit !== undefined);
      return found === undefined ? [] : [`${path}:${index + 1} says ${found}`];
    }),
  );
}

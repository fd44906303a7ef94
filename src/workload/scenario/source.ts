/** A scenario file as text: YAML (or JSON, which is YAML too) with the line and column of everything in it. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { InputError, type InputProblem } from '../input_error.ts';
import type { Trouble } from './trouble.ts';

export interface ScenarioSource {
  readonly file: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

/** Integers become bigint, so that 2^63 is exact. */
export function readSource(text: string, file: string): ScenarioSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, intAsBigInt: true, prettyErrors: false });
  return { file, document, lines };
}

/** Clearer words for what the reader says in terms of its own functions. */
const REWORDED: Readonly<Record<string, Pick<InputProblem, 'problem' | 'hint'>>> = {
  MULTIPLE_DOCS: { problem: 'a second document starts here', hint: 'a scenario file holds one' },
  TAB_AS_INDENT: { problem: 'tabs are not allowed as indentation', hint: 'indent with spaces' },
  DUPLICATE_KEY: { problem: 'this key is given twice', hint: 'keep one of them' },
};

/** What the YAML reader itself objects to: syntax, keys given twice, unknown tags, a second document. */
export function syntaxProblems(source: ScenarioSource): InputProblem[] {
  return [...source.document.errors, ...source.document.warnings].map((error) => {
    const at = source.lines.linePos(error.pos[0]);
    const words = REWORDED[error.code] ?? { problem: error.message };
    return { file: source.file, line: at.line, column: at.col, ...words };
  });
}

/** The document as plain values. Throws InputError for aliases that lead nowhere or grow without end. */
export function plainValues(source: ScenarioSource): unknown {
  try {
    return source.document.toJS() as unknown;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new InputError({ file: source.file, problem, hint: 'write the values out' }, { cause: error });
  }
}

interface Entry {
  readonly key: Node | undefined;
  readonly value: Node | undefined;
}

/** One step down; undefined when there is nothing by that name. */
function entryOf(node: Node, step: PropertyKey): Entry | undefined {
  if (isSeq(node) && typeof step === 'number') {
    const value = node.items[step] as Node | undefined;
    return value === undefined ? undefined : { key: undefined, value };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
  if (pair === undefined) return undefined;
  return { key: pair.key as Node, value: (pair.value ?? pair.key) as Node };
}

function positionOf(source: ScenarioSource, node: Node | null | undefined): { line: number; column: number } {
  const at = source.lines.linePos(node?.range?.[0] ?? 0);
  return at.line === 0 ? { line: 1, column: 1 } : { line: at.line, column: at.col };
}

/** Line and column of a path; where it stops short, those of what would have held it. */
export function locate(
  source: ScenarioSource,
  path: readonly PropertyKey[],
  at: 'key' | 'value' = 'value',
): { line: number; column: number } {
  let node: Node | undefined = source.document.contents ?? undefined;
  let key: Node | undefined;
  for (const step of path) {
    const holder: Node | undefined = isAlias(node) ? node.resolve(source.document) : node;
    const entry: Entry | undefined = holder === undefined ? undefined : entryOf(holder, step);
    if (entry === undefined) return positionOf(source, node);
    key = entry.key;
    node = entry.value;
  }
  return positionOf(source, at === 'key' ? (key ?? node) : node);
}

export function toProblem(source: ScenarioSource, what: Trouble): InputProblem {
  const hint = what.hint === undefined ? {} : { hint: what.hint };
  return { file: source.file, ...locate(source, what.path, what.at), problem: what.problem, ...hint };
}

/** Scenario file -> workload, or every problem of the file at once. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { InputErrors, type InputProblem } from '../input_error.ts';
import type { Expectation, ScenarioReplay, Workload, WorkloadOp } from '../workload.ts';
import { indexOf, toOperation, type Context, type RegionRanges } from './convert.ts';
import { declaredNames, isObject, rawOps } from './declared.ts';
import { endExpectation, expectations } from './expect.ts';
import { toFiles, toPlan, toTasks } from './files.ts';
import { troublesOf } from './issues.ts';
import { operationSchema, type OperationEntry } from './operation_schema.ts';
import { orderTroubles } from './order.ts';
import { readText } from './read_text.ts';
import { headerSchema, soundSections, type ScenarioHeader } from './schema.ts';
import { locate, plainValues, readSource, syntaxProblems, toProblem, type ScenarioSource } from './source.ts';
import { trouble, type Trouble } from './trouble.ts';

/** A workload that says what it is there to show. */
export interface ScenarioWorkload extends Workload {
  readonly description: string;
  /** Numbers of kernel facts, for example `K34`. */
  readonly facts: readonly string[];
}

/** All of a workload but what only the text of the header gives. */
type Parts = Pick<Workload, 'files' | 'tasks' | 'regions' | 'ops' | 'expect' | 'expectEnd'>;

function parseEntries(root: unknown, troubles: Trouble[]): (OperationEntry | undefined)[] {
  return rawOps(root).map((raw, index) => {
    const parsed = operationSchema.safeParse(raw);
    if (parsed.success) return parsed.data;
    troubles.push(...troublesOf(parsed.error, ['ops', index], root));
    return undefined;
  });
}

function regionRanges(entries: readonly (OperationEntry | undefined)[]): RegionRanges {
  const ranges = new Map<string, { from: number; to: number }>();
  for (const entry of entries) {
    if (entry?.op !== 'attach' || ranges.has(entry.region)) continue;
    ranges.set(entry.region, { from: entry.at, to: entry.at + entry.length });
  }
  return ranges;
}

/** Resolves what operations and expectations refer to; problems go to `troubles`. */
function convert(source: ScenarioSource, root: unknown, troubles: Trouble[]): Parts {
  const names = declaredNames(root);
  const sections = soundSections(isObject(root) ? root : {});
  const { files, troubles: inFiles } = toFiles(sections.files ?? {});
  const { tasks, troubles: inTasks } = toTasks(sections.processes ?? {});
  troubles.push(...inFiles, ...(sections.processes === undefined ? [] : inTasks));
  const report = (what: Trouble): number => troubles.push(what);
  const entries = parseEntries(root, troubles);
  const regions = regionRanges(entries);
  const ops: WorkloadOp[] = [];
  const expect: Expectation[] = [];
  for (const [index, entry] of entries.entries()) {
    if (entry === undefined) continue;
    const context: Context = { names, path: ['ops', index], report };
    const task = indexOf(context, 'task', 'task', entry.task);
    ops.push({ task, op: toOperation(context, entry, regions), line: locate(source, context.path).line });
    expect.push(...expectations(index, entry));
  }
  const expectEnd = (sections.expect_end ?? []).map((entry, index) =>
    endExpectation({ names, path: ['expect_end', index], report }, entry),
  );
  return { files, tasks, regions: names.regions, ops, expect, expectEnd };
}

function planTroubles(workload: Workload): Trouble[] {
  const own = workload.ops.some(({ op }) => op.kind === 'attach');
  if (!own || workload.plan === undefined) return [];
  return [
    trouble(
      ['plan'],
      'a device plan beside device operations',
      "drop 'plan', or the attach, detach and dma operations",
    ),
  ];
}

function toWorkload(file: string, header: ScenarioHeader, parts: Parts): ScenarioWorkload {
  return {
    name: basename(file).replace(/\.(yaml|yml|json)$/, ''),
    title: header.title,
    description: (header.description ?? '').trim(),
    facts: header.facts,
    source: 'scenario',
    ...parts,
    ...(header.plan === undefined ? {} : { plan: toPlan(header.plan) }),
    ...(header.replay === undefined ? {} : { replay: toReplay(header.replay) }),
    notModelled: new Map(),
  };
}

function toReplay(replay: NonNullable<ScenarioHeader['replay']>): ScenarioReplay {
  const { driver, memory, kernel, mutant, schedule, freeze_at: freezeAt } = replay;
  return {
    ...{ driver, memory, kernel, schedule },
    ...(mutant === undefined ? {} : { mutant }),
    ...(freezeAt === undefined ? {} : { freezeAt }),
  };
}

function byPosition(a: InputProblem, b: InputProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

function refuse(source: ScenarioSource, troubles: readonly Trouble[]): never {
  throw new InputErrors(troubles.map((what) => toProblem(source, what)).sort(byPosition));
}

/**
 * Reads a scenario.
 *
 * `fileName` is used in messages, and without folder and suffix as the workload's name. Throws
 * {@link InputErrors} with every problem that can be seen at once, as `file:line:column`: first those of the
 * YAML text; then those of shapes, values and names; then, when all of that is in order, operations that ask
 * for what the ones before them did not provide (memory that is not mapped, a region that is not attached).
 */
export function parseScenario(text: string, fileName: string): ScenarioWorkload {
  const source = readSource(text, fileName);
  const syntax = syntaxProblems(source);
  if (syntax.length > 0) throw new InputErrors(syntax);
  const root = plainValues(source);
  const header = headerSchema.safeParse(root);
  const troubles = header.success ? [] : troublesOf(header.error, [], root);
  const parts = convert(source, root, troubles);
  if (!header.success || troubles.length > 0) return refuse(source, troubles);
  const workload = toWorkload(fileName, header.data, parts);
  // A schedule says itself in which order operations begin, and some of them may be there to fail.
  const order = workload.replay === undefined ? orderTroubles(workload) : [];
  const inOrder = [...planTroubles(workload), ...order];
  return inOrder.length > 0 ? refuse(source, inOrder) : workload;
}

/**
 * Reads a scenario file; `sha256` is that of its bytes, in hex.
 *
 * Throws {@link InputErrors}, or an {@link InputError} for a file that cannot be read.
 */
export async function loadScenario(path: string): Promise<{ workload: ScenarioWorkload; sha256: string }> {
  const { text, bytes } = await readText(path);
  return { workload: parseScenario(text, path), sha256: createHash('sha256').update(bytes).digest('hex') };
}

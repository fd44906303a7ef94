/** What the guest's second program saw: lines to scenes, each with the part of the kernel's log that belongs to it. */
import { z } from 'zod';
import { kernelSchema } from './cell.ts';
import { kernelAlarms } from './kernel_log.ts';
import { WitnessError } from './witness_error.ts';

export const stagedSceneSchema = z.object({
  /** Of the scene: a fact and its variant, or a user and an operation. */
  id: z.string(),
  memory: z.string(),
  /** What was seen, in the order in which it was; a thing seen again has its name again. */
  saw: z.array(z.tuple([z.string(), z.string()])),
  /** Why the scene could not be staged on this kernel, or null. */
  not_staged: z.string().nullable(),
  /** How the guest ended during the scene, or null: it went on. */
  guest_ended: z.string().nullable(),
  /** First lines of the kernel's warnings and worse, without what depends on the moment: times, CPU, PID, addresses. */
  warnings: z.array(z.string()),
  /** The same as the kernel wrote them, with the lines after each. Never compared. */
  kernel_log: z.array(z.string()),
});

export type StagedScene = z.infer<typeof stagedSceneSchema>;

/** What every document of this kind says about its origin. */
export const stagedHeadSchema = z.object({
  kernel: kernelSchema,
  /** Of the probe's sources, so that an observation names the code that made it. */
  probe_sha256: z.string(),
});

export type StagedHead = z.infer<typeof stagedHeadSchema>;

export interface Staged {
  readonly release: string;
  readonly scenes: readonly StagedScene[];
  /** What the guest itself says went wrong. */
  readonly errors: readonly string[];
  /** True if the guest says that it ran all that it was asked to. */
  readonly complete: boolean;
}

interface Draft {
  readonly id: string;
  readonly memory: string;
  readonly saw: [string, string][];
  not_staged: string | null;
  ended: boolean;
}

/** `ending`: how the guest ended if that was amid a scene that may end it; such a scene is kept as far as it came. */
export function assembleStaged(
  lines: readonly string[],
  consoleText: string,
  ending: string | null = null,
): Staged {
  const drafts: Draft[] = [];
  const errors: string[] = [];
  let release = '';
  let complete = false;
  for (const line of lines) {
    const [word = '', first = '', ...rest] = line.split(' ');
    const draft = drafts.at(-1);
    if (word === 'kernel') release = first;
    else if (word === 'done') complete = first === 'complete';
    else if (word === 'scene') drafts.push(newDraft(first, rest[0] ?? ''));
    else if (word === 'error') errors.push([draft?.id, draft?.memory, first, ...rest].join(' '));
    else if (draft === undefined || draft.ended) throw unknown(line);
    else if (word === 'saw') draft.saw.push([first, rest.join(' ')]);
    else if (word === 'not_staged')
      Object.assign(draft, { not_staged: [first, ...rest].join(' '), ended: true });
    else if (word === 'end') draft.ended = true;
    else throw unknown(line);
  }
  const log = logsOfScenes(consoleText);
  return { release, errors, complete, scenes: drafts.map((draft) => sceneOf(draft, log, ending)) };
}

function newDraft(id: string, memory: string): Draft {
  return { id, memory, saw: [], not_staged: null, ended: false };
}

function unknown(line: string): WitnessError {
  return new WitnessError('guest', `The guest said what this program does not know: ${line}`);
}

function sceneOf(
  { id, memory, saw, not_staged, ended }: Draft,
  logs: ReadonlyMap<string, string>,
  ending: string | null,
): StagedScene {
  const alarms = kernelAlarms(logs.get(`${id} ${memory}`) ?? '');
  return {
    ...{ id, memory, saw, not_staged },
    guest_ended: ended ? null : ending,
    warnings: alarms.flatMap(warningOf),
    kernel_log: alarms,
  };
}

/** The console from each mark of a scene to the next. */
function logsOfScenes(consoleText: string): Map<string, string> {
  const pieces = consoleText.replaceAll('\r', '').split(/^(?:\[[^\]]*\] )?staged: (.*)$/m);
  const logs = new Map<string, string>();
  for (let at = 1; at + 1 < pieces.length; at += 2) logs.set(pieces[at] ?? '', pieces[at + 1] ?? '');
  return logs;
}

const FIRST_LINE = /(WARNING|BUG|Oops|general protection fault|Kernel panic|INFO: task|soft lockup)/;

function warningOf(line: string): string[] {
  if (!FIRST_LINE.test(line)) return [];
  return [
    line
      .replace(/CPU: \d+ PID: \d+ /, '')
      .replace(/\b(?:0x)?[0-9a-f]{12,16}\b/g, '(address)')
      .trim(),
  ];
}

/** All values of one name, in order, with commas between them; undefined if it was not seen. */
export function valueOf(scene: StagedScene, name: string): string | undefined {
  const values = scene.saw.filter(([seen]) => seen === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(', ');
}

/**
 * Where two runs of the same kernel differ in what has to be the same: all but the kernel's log. A page that was freed
 * under a pin keeps a mark, and the kernel warns when its block is used again, in whichever scene that is. In words.
 */
export function stagedVariations(first: readonly StagedScene[], second: readonly StagedScene[]): string[] {
  const others = new Map(second.map((scene) => [`${scene.id} ${scene.memory}`, scene]));
  const here = new Set(first.map((scene) => `${scene.id} ${scene.memory}`));
  const missing = [...others.keys()]
    .filter((key) => !here.has(key))
    .map((key) => `${key}: only in the second`);
  const differing = first.flatMap((scene) => {
    const key = `${scene.id} ${scene.memory}`;
    const other = others.get(key);
    if (other === undefined) return [`${key}: only in the first`];
    const [a, b] = [scene, other].map((one) => JSON.stringify({ ...one, warnings: [], kernel_log: [] }));
    return a === b ? [] : [`${key}: ${a ?? ''} / ${b ?? ''}`];
  });
  return [...differing, ...missing];
}

/** A document with `scenes` as text: a line a scene. */
export function stagedJson(document: { readonly scenes: readonly StagedScene[] }): string {
  const { scenes, ...head } = document;
  const opening = JSON.stringify(head, undefined, 1).replace(/\n\}$/, '');
  const lines = scenes.map((scene) => `  ${JSON.stringify(scene)}`);
  return `${opening},\n "scenes": [\n${lines.join(',\n')}\n ]\n}\n`;
}

/** Throws, naming `source`, for a text that the schema does not take. */
export function parseStaged<T>(schema: z.ZodType<T>, text: string, source: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new WitnessError('setup', `${source} is not JSON: ${String(error)}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'no reason' };
  throw new WitnessError(
    'setup',
    `${source} is not an observation: at ${path.join('.') || 'the top'}: ${message}`,
  );
}

/** The text of an observation of side effects: a line a row, so that two of them can be compared by eye and by diff. */
import { sideEffectsSchema, type SideEffects } from './side_effect.ts';
import { WitnessError } from './witness_error.ts';

export function sideEffectsJson({ effects, stories, ...head }: SideEffects): string {
  const opening = JSON.stringify(head, undefined, 1).replace(/\n\}$/, '');
  return `${opening},\n "effects": ${lines(effects)},\n "stories": ${lines(stories)}\n}\n`;
}

function lines(rows: readonly object[]): string {
  return rows.length === 0 ? '[]' : `[\n${rows.map((row) => `  ${JSON.stringify(row)}`).join(',\n')}\n ]`;
}

/** Throws, naming `source`, for a text that is not an observation of side effects. */
export function parseSideEffects(text: string, source: string): SideEffects {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new WitnessError('setup', `${source} is not JSON: ${String(error)}`);
  }
  const parsed = sideEffectsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'no reason' };
  throw new WitnessError(
    'setup',
    `${source} is not an observation of side effects: at ${path.join('.') || 'the top'}: ${message}`,
  );
}

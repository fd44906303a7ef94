/**
 * A story in columns of plain ASCII: one lane for each task and device, time goes down.
 *
 * Lanes begin further to the right one after another, and a row may run over the lanes beside its own, since nothing else
 * happens at that moment.
 */
import type { Story, StoryRow } from './story.ts';

/** Columns of a line. */
export const WIDTH = 72;
/** Columns for the numbers of steps. */
const GUTTER = 8;
/** Columns that the last lane has at least. */
const LAST_LANE = 38;
const LANE_MAX = 24;

/** Lines of at most `WIDTH` columns. */
export function layoutStory({ lanes, rows, rest }: Story): string[] {
  const apart =
    lanes.length < 2 ? 0 : Math.min(LANE_MAX, Math.floor((WIDTH - GUTTER - LAST_LANE) / (lanes.length - 1)));
  const starts = lanes.map((_, lane) => GUTTER + lane * apart);
  const head = lanes.map(({ name }, lane) => ({ at: starts[lane] as number, text: name }));
  const what = lanes.map((lane, index) => ({ at: starts[index] as number, text: `(${lane.what})` }));
  const lines = [placed([{ at: 0, text: 'step' }, ...head]), placed(what)];
  for (const row of rows) lines.push(...rowLines(row, starts));
  if (rest > 0) lines.push(`${''.padEnd(GUTTER)}... ${rest} more steps to the end of the run`);
  return lines;
}

function placed(parts: readonly { readonly at: number; readonly text: string }[]): string {
  let line = '';
  for (const { at, text } of parts) {
    if (line.length > 0 && line.length >= at) line += ' ';
    line = line.padEnd(at) + text;
  }
  return line.trimEnd();
}

const PREFIX: Partial<Record<StoryRow['kind'], string>> = {
  missing: '*** MISSING HERE: ',
  unchecked: '*** NOT CHECKED HERE: ',
  wrong: '*** WRONG HERE: ',
  cause: '>>> ',
  break: '!!! ',
  switch: '-- ',
};

function rowLines(row: StoryRow, starts: readonly number[]): string[] {
  const start = (starts[row.lane] ?? GUTTER) + Math.min(row.depth, 8);
  const steps = row.first === row.last ? String(row.first) : `${row.first}-${row.last}`;
  const text = `${PREFIX[row.kind] ?? ''}${row.text}${row.kind === 'switch' ? ' --' : ''}`;
  return wrapped(text, WIDTH - start).map((line, index) => {
    const gutter = (index === 0 ? steps : '').padStart(GUTTER - 2).padEnd(GUTTER);
    return bars(gutter, starts, row.lane, start) + line;
  });
}

/** The gutter and what stands left of the text: a bar for each lane before it. */
function bars(gutter: string, starts: readonly number[], lane: number, start: number): string {
  let line = gutter;
  for (let before = 0; before < lane; before++) line = `${line.padEnd(starts[before] as number)}|`;
  return line.padEnd(start);
}

/** Words on lines of at most `width` columns, indented as the text is; further lines two more. A longer word stands alone. */
export function wrapped(text: string, width: number): string[] {
  const indent = /^ */.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let line = '';
  for (const word of text.slice(indent.length).split(' ')) {
    const next = line === '' ? word : `${line} ${word}`;
    const room = width - indent.length - (lines.length === 0 ? 0 : 2);
    if (next.length > room && line !== '') {
      lines.push(line);
      line = word;
    } else line = next;
  }
  lines.push(line);
  return lines.map((each, index) => (index === 0 ? `${indent}${each}` : `${indent}  ${each}`));
}

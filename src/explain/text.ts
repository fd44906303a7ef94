/** An explanation as plain ASCII text of 72 columns, in the order in which a kernel developer reads a report. */
import type { Explanation, PlantedFault } from './explanation.ts';
import { layoutStory, WIDTH, wrapped } from './layout.ts';
import type { MappedAt, PageState, TaskAtBreak } from './state_at_break.ts';
import type { RowKind } from './story.ts';
import type { UnderDriver } from './other_drivers.ts';
import { type Ingredient, WITHOUT_CALL as CALL } from './what_matters.ts';
import { functionText, pageRange } from './words.ts';

/** A part of an explanation: a heading, and lines of at most 72 columns. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Lines end with a newline; the same explanation gives the same bytes. */
export function explanationText(told: Explanation): string {
  const parts = sectionsOf(told).map(({ title, lines }) => [`${title}:`, ...lines]);
  return `${[headLines(told), ...parts].map((lines) => lines.map(ascii).join('\n')).join('\n\n')}\n`;
}

/** Everything below the first lines. */
export function sectionsOf(told: Explanation): Section[] {
  const { tasks } = told.at_break;
  const nobody = ['  no task is inside a call'];
  return [
    { title: 'What user space did', lines: callLines(told) },
    { title: 'How it came about', lines: storyLines(told) },
    { title: 'Pages after that step', lines: pageLines(told) },
    {
      title: 'Tasks and locks after that step',
      lines: tasks.length === 0 ? nobody : tasks.flatMap(taskLines),
    },
    { title: 'What it takes', lines: ingredientLines(told) },
    { title: 'The same calls and schedule under other drivers', lines: driverLines(told) },
    { title: 'Facts', lines: factLines(told) },
    { title: 'Run it again', lines: replayLines(told) },
  ];
}

/** Nothing but printable ASCII. */
export function ascii(line: string): string {
  return line.replaceAll(/[^\x20-\x7e]/g, '?').trimEnd();
}

/** What went wrong, and where. */
export function headLines(told: Explanation): string[] {
  const { harm, mutant } = told;
  return [
    ...(mutant === null ? foundLines(told) : plantedLines(told, mutant)),
    ...(harm === null ? [] : wrapped(`What is lost: ${harm}`, WIDTH)),
    '',
    ...wrapped(`A model of ${told.kernel} with ${told.memory}, not a real kernel`, WIDTH),
    ...wrapped(`Driver ${told.driver}: ${told.driver_title}`, WIDTH),
    ...wrapped(`Property ${told.property}: ${told.title}`, WIDTH),
    ...(told.expected
      ? wrapped('A driver of this kind gives the property up by its design: no bug of it.', WIDTH)
      : []),
    ...(mutant === null ? [] : wrapped(`The fault is modelled on ${mutant.imitates}`, WIDTH)),
  ];
}

/** Nothing is planted: the place where it shows is all that is known. */
function foundLines(told: Explanation): string[] {
  const path = told.where?.function ?? null;
  const place = path === null ? '' : ` in ${functionText(path)}`;
  const who = told.where === null ? '' : `${told.where.task}: `;
  return [
    ...wrapped(`${told.expected ? 'AS EXPECTED' : 'BUG'}: ${told.headline}${place}`, WIDTH),
    ...wrapped(`${who}${told.text}`, WIDTH),
  ];
}

/** The function that is wrong comes first; where it shows is another matter. */
function plantedLines(told: Explanation, { name, title, function: path }: PlantedFault): string[] {
  const place = told.where?.function ?? null;
  const where = place === null ? '' : ` in ${functionText(place)}`;
  const who = told.where === null ? '' : ` (${told.where.task}${where})`;
  return [
    ...wrapped(`PLANTED FAULT ${name} in ${functionText(path)}:`, WIDTH),
    ...wrapped(`  ${title}`, WIDTH),
    ...wrapped(`It shows as: ${told.headline}`, WIDTH),
    ...wrapped(`  ${told.text}${who}`, WIDTH),
  ];
}

function callLines({ calls, files }: Explanation): string[] {
  const width = Math.max(...calls.map(({ task }) => task.length));
  return [
    ...files.flatMap((file) => wrapped(`  ${file}`, WIDTH)),
    ...calls
      .flatMap(({ task, text, result }, number) =>
        wrapped(
          `${number}. ${task.padEnd(width)}  ${text}${result === null ? '  does not return' : ` = ${result}`}`,
          WIDTH - 2,
        ),
      )
      .map((line) => `  ${line}`),
    ...wrapped(NAMES, WIDTH),
  ];
}

const NAMES =
  'mmN: an address space, its pages counted from 0. regionN: memory of it that the driver was given for its device. devN: a device, and the thread of its driver that answers its page faults.';
/** What stands before a row, and what it means; those that a story has are told below it. */
const SIGNS: readonly (readonly [kinds: readonly RowKind[], meaning: string])[] = [
  [['missing', 'unchecked', 'wrong'], '*** the planted fault'],
  [['cause'], '>>> the last change to the same page before the break'],
  [['break'], '!!! where the property breaks'],
  [['switch'], '-- another task goes on in the middle of a call'],
  [['result'], '= N what the call returned'],
];

function storyLines({ story }: Explanation): string[] {
  const used = SIGNS.filter(([kinds]) => story.rows.some(({ kind }) => kinds.includes(kind)));
  const legend = used.map(([, meaning]) => meaning).join('; ');
  return [...layoutStory(story), ...wrapped(`${legend}.`, WIDTH)];
}

function change([before, after]: readonly [number, number], what: string): string {
  const plural = after === 1 ? what : `${what}s`;
  return before === after ? `${after} ${plural}` : `${before} -> ${after} ${plural}`;
}

function pageLines({ at_break }: Explanation): string[] {
  const more = at_break.more > 0 ? [`  ... and ${at_break.more} more pages`] : [];
  const unused = at_break.unused_mms.map((mm) => `  ${mm}: mm_users is 0, its last user is gone`);
  const lines = [...at_break.pages.flatMap(pageStateLines), ...more, ...unused];
  return lines.length > 0 ? lines : ['  none is mapped or referenced'];
}

function pageStateLines(state: PageState): string[] {
  const { pfn, pages, refcount, pins, owner, files } = state;
  const held = pins > 0 ? ` (${pins} pin${pins === 1 ? '' : 's'})` : refcount === 1 ? ' (idle)' : '';
  const whose = files.map(({ file, page }) => `${file} ${pageRange(page, page + pages)}`);
  const what = whose.length === 0 ? owner : `${owner} of ${whose.join(' and of ')}`;
  const each = pages > 1 ? ' each' : '';
  const list = (entries: readonly MappedAt[]): string =>
    entries
      .map(({ table, page, rights }) => `${table} ${pageRange(page, page + pages)} ${rights}`)
      .join(', ') || 'none';
  return [
    ...wrapped(`  ${pageRange(pfn, pfn + pages, 'pfn')}: refcount ${refcount}${held}${each}; ${what}`, WIDTH),
    ...wrapped(`    CPU page tables:    ${list(state.cpu)}`, WIDTH),
    ...wrapped(`    device page tables: ${list(state.device)}`, WIDTH),
  ];
}

function taskLines({ name, functions, waits, locks }: TaskAtBreak): string[] {
  const where = functions.length === 0 ? 'the device itself' : functions.map(functionText).join(' > ');
  return [
    ...wrapped(`  ${name} in ${where}`, WIDTH),
    ...(waits === null ? [] : wrapped(`    ${waits}`, WIDTH)),
    ...wrapped(`    holds ${locks.length === 0 ? 'no lock' : locks.join(', ')}`, WIDTH),
  ];
}

function ingredientLines({ what_matters, schedules_tried, calls }: Explanation): string[] {
  const all = what_matters.filter(
    ({ change: text, verdict }) => text.startsWith(CALL) && verdict === 'holds',
  );
  const each = all.length === calls.length;
  const lines = (verdict: Ingredient['verdict']): string[] => [
    ...(each && verdict === 'holds' ? [`    - without any one of the ${calls.length} calls`] : []),
    ...what_matters
      .filter((ingredient) => ingredient.verdict === verdict && !(each && all.includes(ingredient)))
      .flatMap(({ change: text }) => wrapped(`    - ${text}`, WIDTH)),
  ];
  const part = (head: string, found: readonly string[]): string[] =>
    found.length === 0 ? [] : [...wrapped(`  ${head}`, WIDTH), ...found];
  return [
    ...part(`It no longer fails (in none of up to ${schedules_tried} schedules)`, lines('holds')),
    ...part('It still fails, in the same way', lines('same')),
    ...part('It still fails, with another schedule of the steps', lines('other')),
  ];
}

function driverLines({ other_drivers, mutant }: Explanation): string[] {
  const width = Math.max(...other_drivers.map(({ driver }) => driver.length)) + 1;
  const lacks = mutant !== null && other_drivers.some(({ planted }) => !planted);
  const broken = other_drivers.flatMap((under) => under.broken);
  const titles = new Map(broken.map(({ property, title }) => [property, title]));
  return [
    ...other_drivers.flatMap((under) => {
      const name = `${under.driver}${mutant !== null && !under.planted ? '*' : ''}`.padEnd(width);
      return wrapped(`  ${name}  ${underDriverText(under)}`, WIDTH);
    }),
    ...(lacks ? wrapped(`  * without the planted fault (other drivers: they have no such part)`, WIDTH) : []),
    ...[...titles].flatMap(([property, title]) => wrapped(`  ${property}: ${title}`, WIDTH)),
  ];
}

function underDriverText({ broken, stuck, failed }: UnderDriver): string {
  const named = (expected: boolean): string =>
    broken
      .filter((one) => one.expected === expected)
      .map(({ property }) => property)
      .join(', ');
  const said = [
    ...stuck.map(({ call, signal }) => `${call} does not return${signal ? ' until a signal' : ''}`),
    ...failed,
    ...(named(false) === '' ? [] : [`BREAKS ${named(false)}`]),
    ...(named(true) === '' ? [] : [`breaks, as expected of it, ${named(true)}`]),
  ];
  return said.length === 0 ? 'nothing breaks' : said.join('; ');
}

/** Facts as they stand where they are those of a planted fault, else what they begin with; what the names in them mean. */
function factLines({ facts, mutant, mentioned }: Explanation): string[] {
  const lines = facts.flatMap(({ id, title, text }) =>
    wrapped(`${id}: ${title}. ${mutant === null ? firstSentence(text) : text}`, WIDTH),
  );
  const named = mentioned.flatMap(({ id, title }) => wrapped(`${id}: ${title}`, WIDTH));
  const eras = /\bE[012]\b/.test([...lines, mutant?.imitates ?? ''].join(' '));
  return [...lines, ...named, ...(eras ? wrapped(ERAS, WIDTH) : [])];
}

/** Enough to know what a fact says; `list facts` has the rest. */
function firstSentence(text: string): string {
  return /^.*?[.](?= [A-Z]|$)/.exec(text)?.[0] ?? text;
}

const ERAS =
  '(E0: before 4.15, nothing waits for a pin and long pins are allowed. 4.15 to 4.17 refuse long pins. E1: from the layout wait, 4.18 on XFS and 4.19 on ext4, to 6.14. E2: from 6.15.)';

function replayLines({ token, shortened }: Explanation): string[] {
  const { operations, preemptions, runs, exhausted } = shortened;
  const limit = exhausted ? '' : ', the limit: shorter ones may be left';
  const made = `Made short in ${runs} runs${limit}: ${change(operations, 'call')}, ${change(preemptions, 'preemption')}.`;
  return [
    ...wrapped(made, WIDTH),
    '(paste all lines to a shell, or use "run" for each call and its result)',
    'gup-vs-hmm explain --format text "\\',
    ...inPieces(token, WIDTH - 1).map(
      (piece, index, all) => `${piece}${index < all.length - 1 ? '\\' : '"'}`,
    ),
    '(other formats: scenario, itf, perfetto, md, json)',
  ];
}

/** A shell puts lines that end with a backslash together again, inside double quotes too. */
function inPieces(word: string, length: number): string[] {
  return Array.from({ length: Math.ceil(word.length / length) }, (_, index) =>
    word.slice(index * length, (index + 1) * length),
  );
}

/** An explanation as plain ASCII text of 72 columns, in the order in which a kernel developer reads a report. */
import type { Explanation } from './explanation.ts';
import { layoutStory, WIDTH, wrapped } from './layout.ts';
import type { MappedAt, PageState, TaskAtBreak } from './state_at_break.ts';
import { type Ingredient, WITHOUT_CALL as CALL } from './what_matters.ts';
import { pageRange } from './words.ts';

/** A part of an explanation: a heading, and lines of at most 72 columns. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Lines end with a newline; the same explanation gives the same bytes. Only tokens are longer than 72 columns. */
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
    { title: 'How it came about', lines: layoutStory(told.story) },
    { title: 'Pages at that moment', lines: pageLines(told) },
    {
      title: 'Tasks and locks at that moment',
      lines: tasks.length === 0 ? nobody : tasks.flatMap(taskLines),
    },
    { title: 'What it takes', lines: ingredientLines(told) },
    { title: 'The same calls and schedule under other drivers', lines: driverLines(told) },
    { title: 'Facts', lines: told.facts.flatMap(({ id, title }) => wrapped(`${id}: ${title}`, WIDTH)) },
    { title: 'Run it again', lines: replayLines(told) },
  ];
}

/** Nothing but printable ASCII. */
export function ascii(line: string): string {
  return line.replaceAll(/[^\x20-\x7e]/g, '?').trimEnd();
}

/** What went wrong, and where. */
export function headLines(told: Explanation): string[] {
  const { mutant } = told;
  return [
    ...wrapped(`BUG: ${told.headline}${told.where === null ? '' : ` in ${told.where.function}()`}`, WIDTH),
    ...wrapped(`${told.where === null ? '' : `${told.where.task}: `}${told.text}`, WIDTH),
    ...wrapped(`Property ${told.property}: ${told.title}`, WIDTH),
    '',
    `${told.kernel}, ${told.memory}, driver ${told.driver} (model run, not a real kernel)`,
    ...(told.expected
      ? wrapped(`As expected: ${told.driver} gives this property up by its design.`, WIDTH)
      : []),
    ...(mutant === null
      ? []
      : [
          ...wrapped(`Planted fault ${mutant.name}: ${mutant.title}`, WIDTH),
          ...wrapped(`Like ${mutant.imitates}`, WIDTH),
        ]),
  ];
}

function callLines({ calls, shortened }: Explanation): string[] {
  const { operations, preemptions, runs, exhausted } = shortened;
  const width = Math.max(...calls.map(({ task }) => task.length));
  const made = `Made short: ${change(operations, 'call')}, ${change(preemptions, 'preemption')} (${runs} runs${exhausted ? '' : ', limit reached'}).`;
  return [
    ...calls
      .flatMap(({ task, text, result }) =>
        wrapped(
          `${task.padEnd(width)}  ${text}${result === null ? '  does not return' : ` = ${result}`}`,
          WIDTH - 2,
        ),
      )
      .map((line) => `  ${line}`),
    ...wrapped(made, WIDTH),
    ...wrapped(NAMES, WIDTH),
  ];
}

const NAMES =
  'mmN: an address space, its pages counted from 0. regionN: memory of it that the driver was given for its device. devN: the DMA engine of a device.';

function change([before, after]: readonly [number, number], what: string): string {
  const plural = after === 1 ? what : `${what}s`;
  return before === after ? `${after} ${plural}` : `${before} -> ${after} ${plural}`;
}

function pageLines({ at_break }: Explanation): string[] {
  const more = at_break.more > 0 ? [`  ... and ${at_break.more} more pages`] : [];
  return [...at_break.pages.flatMap(pageStateLines), ...more];
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
  return [
    ...wrapped(`  ${name} in ${functions.map((path) => `${path}()`).join(' > ')}`, WIDTH),
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
  return [
    ...other_drivers.flatMap((under) => {
      const { driver, broken, stuck, failed } = under;
      const said = [
        ...broken.map(
          ({ property, expected }) => `${property} broken${expected ? ' (as expected of it)' : ''}`,
        ),
        ...stuck.map((call) => `${call} never returns`),
        ...failed,
      ];
      const name = `${driver}${mutant !== null && !under.planted ? '*' : ''}`.padEnd(width);
      return wrapped(`  ${name}  ${said.length === 0 ? 'nothing breaks' : said.join('; ')}`, WIDTH);
    }),
    ...(lacks ? ['  * without the planted fault: this driver has no such part'] : []),
  ];
}

function replayLines({ token }: Explanation): string[] {
  return [
    '  gup-vs-hmm run TOKEN        each call and its result',
    '  gup-vs-hmm explain TOKEN    this text',
    '  gup-vs-hmm explain TOKEN --format scenario|itf|perfetto|md|json',
    '  where TOKEN is the next line:',
    token,
  ];
}

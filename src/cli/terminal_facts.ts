/** What is known of the terminal, from its stream and the environment. */
import type { TerminalStyle } from '../report/index.ts';

export type ColorChoice = 'auto' | 'always' | 'never';

/** The environment, as in process.env. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** An output stream, as far as its looks go. */
export interface StreamFacts {
  readonly isTTY: boolean;
  /** Width of a terminal. */
  readonly columns?: number;
}

const WIDTH_MIN = 80;
/** Lines of prose longer than this are hard to read, and tables do not need more. */
const WIDTH_MAX = 120;

/** How a result is to look that goes to the stream, or with `toFile` to a file. */
export function terminalStyle(
  stream: StreamFacts,
  env: Environment,
  color: ColorChoice,
  toFile: boolean,
): TerminalStyle {
  return {
    width: width(stream, env),
    color: wantsColor(stream, env, color, toFile),
    unicode: speaksUnicode(env),
  };
}

/** True if a line may be drawn and drawn over again: a terminal with somebody before it. */
export function showsProgress(stream: StreamFacts, env: Environment): boolean {
  return stream.isTTY && env['TERM'] !== 'dumb' && (env['CI'] ?? '') === '';
}

function width(stream: StreamFacts, env: Environment): number {
  const columns = stream.isTTY ? stream.columns : Number(env['COLUMNS']);
  if (columns === undefined || !Number.isInteger(columns)) return WIDTH_MIN;
  return Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, columns));
}

/** The option decides; then NO_COLOR, FORCE_COLOR, and whether a terminal that can do it is there. */
function wantsColor(stream: StreamFacts, env: Environment, color: ColorChoice, toFile: boolean): boolean {
  if (color !== 'auto') return color === 'always';
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return stream.isTTY && env['TERM'] !== 'dumb' && !toFile;
}

/** By the locale: the first of LC_ALL, LC_CTYPE and LANG that is set. */
function speaksUnicode(env: Environment): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return locale !== undefined && /utf-?8/i.test(locale);
}

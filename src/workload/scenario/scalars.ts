/** The single values of a scenario file, as zod schemas that name what is wrong and what to write instead. */
import { z } from 'zod';
import {
  ADDRESS_END_PAGES,
  POSITION_PATTERN,
  RANGE_PATTERN,
  parseAddress,
  parsePageRange,
  parsePosition,
  shown,
  type Parsed,
} from './position.ts';
import { didYouMean } from './suggest.ts';

/** A schema that runs `parse` and publishes `json` as its JSON Schema. */
function scalar<T>(parse: (raw: unknown) => Parsed<T>, json: Record<string, unknown>) {
  const read = (raw: unknown, context: z.RefinementCtx): T => {
    const parsed = parse(raw);
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: 'custom', message: parsed.problem, params: { hint: parsed.hint } });
    return z.NEVER;
  };
  return z
    .custom<unknown>((raw) => raw !== undefined)
    .transform(read)
    .meta(json);
}

export const position = scalar(parsePosition, {
  id: 'position',
  description:
    "Bytes, 0 to 2^63-1: an integer, or a text with units, for example '16p' (pages of 4 KiB), '4K', '2M', '1G', '2p+512'.",
  type: ['integer', 'string'],
  minimum: 0,
  pattern: POSITION_PATTERN,
});

export const address = scalar(parseAddress, {
  id: 'address',
  description:
    "A virtual address or a length of address space: a position that is a whole number of pages, for example '100p'.",
  type: ['integer', 'string'],
  minimum: 0,
  maximum: ADDRESS_END_PAGES * 4096,
  multipleOf: 4096,
  pattern: POSITION_PATTERN,
});

export const pageRange = scalar(parsePageRange, {
  id: 'page_range',
  description: "FROM..TO, whole pages, TO exclusive, for example '0..16p'.",
  type: 'string',
  pattern: RANGE_PATTERN,
});

const NAME_PATTERN = '^[A-Za-z][A-Za-z0-9_.-]*$';

/** Names of files, processes, threads and regions. */
export const name = z
  .string()
  .regex(new RegExp(NAME_PATTERN))
  .meta({ id: 'name', description: "A letter, then letters, digits, '_', '.', '-'." });

/** A whole number in [low, high]; YAML integers arrive as bigint. */
export function wholeNumber(low: number, high: number) {
  const parse = (raw: unknown): Parsed<number> =>
    typeof raw === 'bigint' && raw >= BigInt(low) && raw <= BigInt(high)
      ? { ok: true, value: Number(raw) }
      : {
          ok: false,
          problem: `${shown(raw)} is not usable here`,
          hint: `write a whole number from ${low} to ${high}`,
        };
  return scalar(parse, { type: 'integer', minimum: low, maximum: high });
}

/**
 * Drivers an expectation can name. A user's own driver goes by its path instead, so that a slip in a name
 * cannot quietly turn an expectation into one that is never looked at.
 */
export const DRIVER_NAMES = [
  'none',
  'gup',
  'gup_longterm',
  'get',
  'hmm_mirror',
  'notifier',
  'list_notifier',
] as const;

/** Memory kinds an expectation can name. */
export const MEMORY_NAMES = ['ext4_dax', 'xfs_dax', 'ext4', 'xfs', 'tmpfs', 'anon'] as const;

function parseDriver(raw: unknown): Parsed<string> {
  if (typeof raw === 'string' && /^\.{0,2}\//.test(raw)) return { ok: true, value: raw };
  const known: readonly string[] = DRIVER_NAMES;
  if (typeof raw === 'string' && known.includes(raw)) return { ok: true, value: raw };
  const hint = typeof raw === 'string' ? didYouMean(raw, known) : `known: ${known.join(', ')}`;
  return { ok: false, problem: `${shown(raw)} is not a driver`, hint };
}

export const driver = scalar(parseDriver, {
  id: 'driver',
  description: "A driver's name, or the path of a user's own driver ('./mine.ts').",
  anyOf: [{ enum: DRIVER_NAMES }, { type: 'string', pattern: String.raw`^\.{0,2}/` }],
});

/** A symbolic errno, for example `EINTR`, or the signal that a load or store ends with. */
export const errno = z
  .string()
  .regex(/^(E[A-Z0-9]+|SIGBUS)$/)
  .meta({ id: 'errno', description: "A symbolic errno, for example 'EINTR'; 'SIGBUS' for a load or store." });

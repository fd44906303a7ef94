/**
 * The side effects of a wait, seen on a real kernel: a guest is booted, `probe effects` run in it, and what it saw returned as
 * one document.
 *
 *     guest -> lines -> rows and stories -> observation
 */
import { witnessGuest, type GuestReport } from './guest.ts';
import { kernelAlarms } from './kernel_log.ts';
import { prepare, type GuestOptions } from './prepare.ts';
import { KERNEL_COMMAND_LINE, type Accelerator } from './qemu.ts';
import { SIDE_EFFECTS_SCHEMA, type SideEffects } from './side_effect.ts';
import { assembleEffects, type AssembledEffects } from './side_effects_lines.ts';
import { WitnessError } from './witness_error.ts';

export interface SideEffectsOptions extends GuestOptions {
  /** ext4_dax, xfs_dax; absent: both. */
  readonly memories?: readonly string[];
}

export interface SideEffectsTestimony {
  readonly sideEffects: SideEffects;
  readonly accelerator: Accelerator;
  /** Milliseconds of this machine: QEMU's start to the first result, and to the end. */
  readonly bootMs: number;
  readonly totalMs: number;
}

export const SIDE_EFFECT_MEMORIES = ['ext4_dax', 'xfs_dax'] as const;

/** Most of the time is spent waiting for calls that do not return: an idle machine needs about as long as a busy one. */
const LIMIT_MS = 1_200_000;

/**
 * Makes all rows and stories of one kernel. Throws a WitnessError when something is missing, when the guest fails, or when its
 * report has a gap: an observation is whole or there is none.
 */
export async function witnessSideEffects(options: SideEffectsOptions): Promise<SideEffectsTestimony> {
  const memories = chosenMemories(options.memories);
  const { packages, request } = await prepare({ limitMs: LIMIT_MS, ...options });
  const plan = ['effects', `memory=${memories.join(',')}`];
  const report = await witnessGuest({ ...request, plan, onLine: progress(request.say) });
  const { accelerator, bootMs, totalMs } = report;
  const origin = { packages, memories, release: request.kernel.release, probe: request.probe.sourcesDigest };
  return { sideEffects: sideEffectsOf(report, origin), accelerator, bootMs, totalMs };
}

/** What the guest was made of and asked for. */
interface Origin {
  readonly packages: readonly string[];
  readonly memories: readonly string[];
  readonly release: string;
  /** Digest of its sources. */
  readonly probe: string;
}

/** Throws a WitnessError for a report that is not whole. */
export function sideEffectsOf(
  report: Pick<GuestReport, 'lines' | 'damage' | 'consoleText'>,
  { packages, memories, release, probe }: Origin,
): SideEffects {
  const assembled = assembleEffects(report.lines);
  requireWhole(report.damage, assembled, memories, release);
  return {
    schema: SIDE_EFFECTS_SCHEMA,
    kernel: { release: assembled.release, packages: [...packages], command_line: KERNEL_COMMAND_LINE },
    probe_sha256: probe,
    memories: [...assembled.memories],
    kernel_alarms: kernelAlarms(report.consoleText),
    effects: [...assembled.effects],
    stories: [...assembled.stories],
  };
}

function chosenMemories(names: readonly string[] = SIDE_EFFECT_MEMORIES): readonly string[] {
  const unknown = names.filter((name) => !(SIDE_EFFECT_MEMORIES as readonly string[]).includes(name));
  if (unknown.length === 0 && names.length > 0) return names;
  throw new WitnessError(
    'setup',
    `No memory named ${unknown.join(', ')}. Known here: ${SIDE_EFFECT_MEMORIES.join(', ')}.`,
  );
}

function progress(say: (line: string) => void): (line: string) => void {
  let begun = 0;
  return (line) => {
    if (/^(effect|story) /.test(line)) say(`side effect ${++begun}: ${line.replace(/^\w+ /, '')}`);
  };
}

/** No gap, no error, as many rows for each memory, and memories that are DAX. */
function requireWhole(
  damage: readonly string[],
  { release, errors, complete, memories, effects, stories }: AssembledEffects,
  wanted: readonly string[],
  kernelRelease: string,
): void {
  const rows = wanted.map((name) => effects.filter(({ memory }) => memory === name).length);
  const problems = [
    ...damage,
    ...errors.map((error) => `the guest reports: ${error}`),
    ...(complete ? [] : ['the guest did not finish']),
    ...(release === kernelRelease ? [] : [`the guest runs Linux ${release}, not ${kernelRelease}`]),
    ...(new Set(rows).size === 1 && rows[0] !== 0 && stories.length > 0 ? [] : [`rows: ${rows.join(', ')}`]),
    ...memories
      .filter(({ dax, map_sync }) => !dax || map_sync !== 'yes')
      .map(({ name }) => `${name} is not DAX`),
  ];
  if (problems.length === 0) return;
  const shown = problems.slice(0, 10).join('\n');
  throw new WitnessError(
    'guest',
    `The guest's report cannot be used (${problems.length} problems):\n${shown}`,
  );
}

/** One guest that runs the second program, and what it saw; whole or not at all. */
import { witnessGuest } from './guest.ts';
import type { Prepared } from './prepare.ts';
import { KERNEL_COMMAND_LINE } from './qemu.ts';
import { assembleStaged, type Staged, type StagedHead } from './staged_scene.ts';
import { WitnessError } from './witness_error.ts';

export interface StagedRun {
  /** Arguments of the program. */
  readonly plan: readonly string[];
  /** Kernel modules beside those that every guest loads. */
  readonly modules?: readonly string[];
  /** The guest may go down in the last scene: how it ended is then part of what was seen. */
  readonly mayEnd?: boolean;
}

/** Throws a WitnessError when the guest hangs, when its report has a gap, or when a scene fails in its setup. */
export async function runStaged({ request }: Prepared, run: StagedRun): Promise<Staged> {
  const { plan, modules = [], mayEnd = false } = run;
  const report = await witnessGuest({
    ...request,
    ...{ program: 'staged', plan, modules },
    mayCrash: mayEnd,
    onLine: (line) => {
      if (line.startsWith('scene ')) request.say(line);
    },
  });
  const staged = assembleStaged(report.lines, report.consoleText, mayEnd ? 'it went down' : null);
  const problems = [
    ...(mayEnd ? [] : report.damage),
    ...staged.errors.map((error) => `the guest reports: ${error}`),
    ...(staged.complete || mayEnd ? [] : ['the guest did not finish']),
    ...(staged.release === request.kernel.release ? [] : [`the guest runs Linux ${staged.release}`]),
  ];
  if (problems.length === 0) return staged;
  const shown = problems.slice(0, 10).join('\n');
  throw new WitnessError(
    'guest',
    `The guest's report cannot be used (${problems.length} problems):\n${shown}`,
  );
}

export function stagedHead({ packages, request }: Prepared, release: string): StagedHead {
  return {
    kernel: { release, packages: [...packages], command_line: KERNEL_COMMAND_LINE },
    probe_sha256: request.probe.sourcesDigest,
  };
}

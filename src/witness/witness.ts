/**
 * A real kernel testifies: everything fetched, unpacked and built under one folder, a guest booted with real
 * DAX filesystems, the probe run in it, and what it saw returned as one document.
 *
 *     packages -> trees -> probe, initramfs -> guest -> lines -> cells -> observation
 */
import { assembleCells, type Assembled } from './assemble.ts';
import type { Observation } from './cell.ts';
import { cellPlan, type CellSelection } from './cell_space.ts';
import { witnessGuest, type GuestReport } from './guest.ts';
import { kernelAlarms } from './kernel_log.ts';
import type { KernelTree } from './kernel_tree.ts';
import { prepare, type GuestOptions } from './prepare.ts';
import { KERNEL_COMMAND_LINE, type Accelerator } from './qemu.ts';
import { WitnessError } from './witness_error.ts';

/** What to run, and which cells: an absent list means all. */
export interface WitnessOptions extends GuestOptions, CellSelection {}

export interface Testimony {
  readonly observation: Observation;
  readonly accelerator: Accelerator;
  /** Milliseconds of this machine: QEMU's start to the first result, and to the end. */
  readonly bootMs: number;
  readonly totalMs: number;
}

/**
 * Makes the cells of one kernel. Throws a WitnessError when something is missing, when the guest fails, or
 * when its report has a gap: an observation is whole or there is none.
 */
export async function witness(options: WitnessOptions): Promise<Testimony> {
  const { plan, cells } = cellPlan(options);
  const { name, packages, request } = await prepare(options);
  const report = await witnessGuest({ ...request, plan, onLine: progress(cells, request.say) });
  const assembled = assembleCells(name, report.lines);
  requireWhole(report, assembled, cells, request.kernel);
  return {
    observation: {
      schema: 'gup-vs-hmm/cells/1',
      kernel: { release: assembled.release, packages: [...packages], command_line: KERNEL_COMMAND_LINE },
      probe_sha256: request.probe.sourcesDigest,
      memories: [...assembled.memories],
      kernel_alarms: kernelAlarms(report.consoleText),
      cells: [...assembled.cells],
    },
    accelerator: report.accelerator,
    bootMs: report.bootMs,
    totalMs: report.totalMs,
  };
}

function progress(cells: number, say: (line: string) => void): (line: string) => void {
  let begun = 0;
  return (line) => {
    if (line.startsWith('cell ')) say(`cell ${++begun} of ${cells}: ${line.slice('cell '.length)}`);
  };
}

/** No gap, no error, every cell, and memories that are what their names say. */
function requireWhole(report: GuestReport, assembled: Assembled, cells: number, kernel: KernelTree): void {
  const { release, errors, complete, memories } = assembled;
  const problems = [
    ...report.damage,
    ...errors.map((error) => `the guest reports: ${error}`),
    ...(complete ? [] : ['the guest did not finish']),
    ...(assembled.cells.length === cells ? [] : [`${assembled.cells.length} cells of ${cells} arrived`]),
    ...(release === kernel.release ? [] : [`the guest runs Linux ${release}, not ${kernel.release}`]),
    ...memories
      .filter(({ name, dax, map_sync }) => (dax && map_sync === 'yes') !== name.endsWith('_dax'))
      .map(({ name, dax, map_sync }) => `${name}: DAX ${dax ? 'yes' : 'no'}, MAP_SYNC ${map_sync}`),
  ];
  if (problems.length === 0) return;
  const shown = problems.slice(0, 10).join('\n');
  throw new WitnessError(
    'guest',
    `The guest's report cannot be used (${problems.length} problems):\n${shown}`,
  );
}

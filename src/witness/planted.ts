/**
 * Can the probe tell a good driver from a bad one? Each planted bug is run in a guest of its own, first
 * switched off, then on: what differs is how it is caught.
 */
import { assembleCells, type Assembled } from './assemble.ts';
import type { Cell, Observation } from './cell.ts';
import { witnessGuest } from './guest.ts';
import { prepare, type GuestOptions } from './prepare.ts';
import { unexpectedVariations, variations } from './variation.ts';
import { WitnessError } from './witness_error.ts';

interface PlantedBug {
  readonly name: string;
  /** enum gup_probe_bug of probe/abi.h. */
  readonly bit: number;
  readonly command: 'planted-cells' | 'planted-races';
  readonly driver: string;
  readonly mistake: string;
}

/** Where each bug is looked for: a hole is punched under the driver, on ext4-DAX. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'forget_pin',
    bit: 1,
    command: 'planted-cells',
    driver: 'gup',
    mistake: 'drops its pins at once and goes on using the pages',
  },
  {
    name: 'skip_retry',
    bit: 2,
    command: 'planted-races',
    driver: 'hmm_mirror',
    mistake: 'fills its table without looking at the sequence number again',
  },
  {
    name: 'keep_table',
    bit: 4,
    command: 'planted-cells',
    driver: 'hmm_mirror',
    mistake: 'does not empty its table when it is told to',
  },
  {
    name: 'keep_reference',
    bit: 8,
    command: 'planted-cells',
    driver: 'notifier',
    mistake: 'does not drop the reference that its fault took',
  },
];

export interface PlantedResult {
  readonly bug: string;
  readonly driver: string;
  readonly mistake: string;
  readonly caught: boolean;
  /** `field: without the bug -> with it`, or what the guest could not finish with it. */
  readonly evidence: readonly string[];
}

/** One guest per bug. `names` absent: all of them. */
export async function witnessPlanted(
  options: GuestOptions & { readonly names?: readonly string[] },
): Promise<PlantedResult[]> {
  const bugs = PLANTED_BUGS.filter(({ name }) => options.names?.includes(name) ?? true);
  if (bugs.length === 0) {
    const known = PLANTED_BUGS.map(({ name }) => name).join(', ');
    throw new WitnessError('setup', `No planted bug of that name. Known: ${known}.`);
  }
  const { name, request } = await prepare(options);
  const results: PlantedResult[] = [];
  for (const bug of bugs) {
    request.say(`planted bug: ${bug.name}`);
    const plan = [
      bug.command,
      `bugs=${bug.bit}`,
      'memory=ext4_dax',
      `driver=${bug.driver}`,
      'operation=punch',
    ];
    const { lines, damage } = await witnessGuest({ ...request, plan, onLine: () => undefined });
    if (damage.length > 0)
      throw new WitnessError('guest', `The guest's report has gaps:\n${damage.join('\n')}`);
    results.push(judgePlanted(bug, name, lines));
  }
  return results;
}

/** Compares the two halves of a report. Throws when the half without the bug is not as it has to be. */
export function judgePlanted(bug: PlantedBug, kernel: string, lines: readonly string[]): PlantedResult {
  const off = lines.indexOf('planted off');
  const on = lines.indexOf('planted on');
  if (off < 0 || on < off)
    throw new WitnessError('guest', `The guest did not get to the planted bug ${bug.name}.`);
  const clean = assembleCells(kernel, lines.slice(off + 1, on));
  const faulty = assembleCells(kernel, lines.slice(on + 1));
  requireClean(bug, clean);
  const found = unexpectedVariations(variations(asObservation(clean), asObservation(faulty)));
  const evidence = [
    ...found.map(({ field, first, second }) => `${field}: ${first} -> ${second}`),
    ...faulty.errors,
  ];
  return { bug: bug.name, driver: bug.driver, mistake: bug.mistake, caught: evidence.length > 0, evidence };
}

/** A race without a collision, or a trial that failed, would make anything look like a catch. */
function requireClean(bug: PlantedBug, clean: Assembled): void {
  const raced = bug.command === 'planted-races';
  const good = clean.cells.every((cell) => !raced || (cell.recorded.device_retries > 0 && sameView(cell)));
  if (clean.errors.length === 0 && clean.cells.length === 1 && good) return;
  throw new WitnessError('guest', `Without the bug ${bug.name} the guest does not do what it should.`);
}

/** The device sees in its 8 pages what the CPU sees there: pages 4 to 11. */
function sameView({ cpu_reads, device_reads }: Cell): boolean {
  return device_reads.length > 0 && device_reads.every((page, index) => page === cpu_reads[4 + index]);
}

function asObservation({ release, memories, cells }: Assembled): Observation {
  return {
    schema: 'gup-vs-hmm/cells/1',
    kernel: { release, packages: [], command_line: '' },
    probe_sha256: '',
    memories: [...memories],
    kernel_alarms: [],
    cells: [...cells],
  };
}

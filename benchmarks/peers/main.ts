/**
 * The project's search against Spin's and against fast-check's scheduler, on one protocol: `npm run bench:peers`, or with `--quick`.
 *
 * Measured on the machine at hand, in real time, in about four minutes. Exit code 1 when two sides do not find the same states, or
 * when something fails; 2 for arguments that mean nothing. Without Spin or gcc that part is left out, and it is said.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { environment } from '../print.ts';
import { sampleWithScheduler, type Sampled, STEPS_MAX } from './fc_scheduler.ts';
import { type Rung, rungName, RUNGS } from './ladder.ts';
import { type SearchCost, searchHere, searchInProcess } from './search_in_process.ts';
import { type SpinCost, spinMissing, spinVersions, verifyWithSpin } from './spin.ts';
import { NO_RETRY, tableProtocol } from './table_protocol.ts';

/** One rung on every side; null for a side that does not take part. */
interface Climbed {
  readonly rung: Rung;
  readonly table: SearchCost;
  readonly machine: SearchCost | null;
  readonly pan: SpinCost | null;
  readonly reduced: SpinCost | null;
}

/** What takes part, and how much of it. */
interface Plan {
  readonly rungs: readonly Rung[];
  /** At most this many turns of a rung. */
  readonly turns: number;
  readonly reduction: boolean;
  /** Runs of the scheduler, on the first rungs. */
  readonly runs: readonly number[];
  readonly sampledRungs: number;
  /** Whether pan looks for the planted fault, too, which takes another call of gcc. */
  readonly panFault: boolean;
}

const FULL: Plan = {
  rungs: RUNGS,
  turns: 3,
  reduction: true,
  runs: [1000, 10_000],
  sampledRungs: 3,
  panFault: true,
};

/** Some seconds: shows that all works, says nothing of speed. */
const QUICK: Plan = {
  rungs: RUNGS.slice(1, 2).map((rung) => ({ ...rung, machine: false })),
  turns: 1,
  reduction: false,
  runs: [100],
  sampledRungs: 1,
  panFault: false,
};

const [FIRST_RUNG] = RUNGS as [Rung, ...Rung[]];

/** The fastest of some costs, each of which has found the same. */
function fastest<T extends { states: number; transitions: number; seconds: number }>(costs: readonly T[]): T {
  const best = costs.reduce((a, b) => (b.seconds < a.seconds ? b : a));
  mustAgree('two runs of one side', costs);
  return best;
}

function mustAgree(what: string, found: readonly { states: number; transitions: number }[]): void {
  const counts = new Set(
    found.map(({ states, transitions }) => `${states} states, ${transitions} transitions`),
  );
  if (counts.size > 1) throw new Error(`${what} have found ${[...counts].join(' and ')}`);
}

function climb(rung: Rung, { turns, reduction }: Plan, hasSpin: boolean): Climbed {
  const { size, states } = rung;
  const repeats = Math.min(turns, rung.repeats);
  const [table, machine, pan, reduced]: [SearchCost[], SearchCost[], SpinCost[], SpinCost[]] = [
    [],
    [],
    [],
    [],
  ];
  for (let turn = 0; turn < repeats; turn++) {
    progress(`${rungName(rung)}: turn ${turn + 1} of ${repeats}`);
    table.push(searchInProcess('table', size));
    if (hasSpin) pan.push(verifyWithSpin(size, { states, reduction: false }));
    if (hasSpin && reduction && turn === 0) reduced.push(verifyWithSpin(size, { states, reduction: true }));
    if (rung.machine) machine.push(searchInProcess('machine', size));
  }
  const sides = [table, pan, machine].filter((costs) => costs.length > 0).map(([cost]) => cost as SearchCost);
  mustAgree(`the sides of rung ${rungName(rung)}`, sides);
  if (table[0]?.states !== states)
    throw new Error(`rung ${rungName(rung)} should have ${states} states, not ${table[0]?.states ?? 0}`);
  const orNull = <T extends SearchCost | SpinCost>(costs: T[]) =>
    costs.length === 0 ? null : fastest(costs);
  return {
    rung,
    table: fastest(table),
    machine: orNull(machine),
    pan: orNull(pan),
    reduced: orNull(reduced),
  };
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const digits = (value: number): string => value.toPrecision(3).replace(/e\+.*/, '');
const seconds = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(1));
const megabytes = (bytes: number): string => whole(bytes / 1e6);

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

function speedTable(climbed: readonly Climbed[]): string {
  const head = [
    'rung',
    'states',
    'transitions',
    'table s',
    'M/s',
    'pan s',
    'M/s',
    'pan / table',
    'pan, reduced s',
  ];
  const rate = (cost: SearchCost | SpinCost | null): string =>
    // Pan tells hundredths of a second: a speed made of fewer than ten of them means nothing.
    cost === null || cost.seconds < 0.1 ? '-' : (cost.transitions / cost.seconds / 1e6).toFixed(2);
  const rows = climbed.map(({ rung, table, pan, reduced, machine }) => [
    rungName(rung),
    whole(table.states),
    whole(table.transitions),
    seconds(table.seconds),
    rate(table),
    pan === null ? '-' : seconds(pan.seconds),
    rate(pan),
    pan === null || pan.seconds < 0.1 ? '-' : digits(pan.seconds / table.seconds),
    reduced === null ? '-' : `${seconds(reduced.seconds)} (${whole(reduced.states)} states)`,
    machine === null ? '-' : seconds(machine.seconds),
    rate(machine),
  ]);
  return tableOf([...head, 'machine s', 'M/s'], rows);
}

function verdictTable(climbed: readonly Climbed[]): string {
  const head = ['rung', 'table s', 'spin, gcc and pan s', 'table MB', 'pan MB', 'bytes a state', 'of pan'];
  const rows = climbed.map(({ rung, table, pan }) => [
    rungName(rung),
    seconds(table.whole_seconds),
    pan === null ? '-' : seconds(pan.whole_seconds),
    megabytes(table.peak_rss_bytes),
    pan === null ? '-' : megabytes(pan.memory_bytes),
    whole(table.peak_rss_bytes / table.states),
    pan === null ? '-' : whole(pan.memory_bytes / table.states),
    seconds(table.liveness_seconds),
    String(table.lassos),
  ]);
  return tableOf([...head, 'liveness s', 'lassos'], rows);
}

async function sampled(climbed: readonly Climbed[], runs: readonly number[]): Promise<string> {
  const head = ['rung', 'runs', 'steps', 'seconds', 'runs/s', 'states reached', 'of all', 'all of them s'];
  const rows: string[][] = [];
  for (const { rung, table } of climbed) {
    for (const count of runs) {
      progress(`${count} runs of fc.scheduler on ${rungName(rung)}`);
      rows.push(sampledRow(rung, await sampleWithScheduler(tableProtocol(rung.size), count), table));
    }
  }
  return tableOf(head, rows);
}

function sampledRow(rung: Rung, found: Sampled, all: SearchCost): string[] {
  if (found.failedAfter !== null) throw new Error('a run has found damage that the search has not');
  return [
    rungName(rung),
    whole(found.runs),
    whole(found.steps),
    seconds(found.seconds),
    whole(found.runs / found.seconds),
    whole(found.states),
    `${((100 * found.states) / all.states).toFixed(1)}%`,
    seconds(all.seconds),
  ];
}

/** The same fault planted on every side; what each says. */
async function plantedFault(hasSpin: boolean, runs: number): Promise<string> {
  const { size, states } = FIRST_RUNG;
  const table = searchHere(tableProtocol(size, NO_RETRY));
  const pan = hasSpin ? verifyWithSpin(size, { states, reduction: false, fault: true }) : null;
  const found = await sampleWithScheduler(tableProtocol(size, NO_RETRY), runs);
  if (table.counterexample === null || pan?.counterexample === null)
    throw new Error('a search has not found the planted fault');
  const lines = [
    `table: found, ${table.counterexample} steps away, all ${table.states} states searched in ${seconds(table.seconds)} s`,
    pan === null ? 'pan: not run' : `pan: found at depth ${pan.counterexample}`,
    found.failedAfter === null
      ? `fc.scheduler: not found in ${whole(found.runs)} runs, ${seconds(found.seconds)} s`
      : `fc.scheduler: found in run ${whole(found.failedAfter)}, ${seconds(found.seconds)} s`,
  ];
  return lines.join('\n');
}

async function main(plan: Plan): Promise<void> {
  const missing = spinMissing();
  const hasSpin = missing === null;
  const { node, cpu, platform } = environment();
  print(`Node ${node}, ${platform}, ${cpu}, ${availableParallelism()} cores`);
  print(missing ?? spinVersions());
  const climbed = plan.rungs.map((rung) => climb(rung, plan, hasSpin));
  print(
    '\nA rung is pages, mirrors, short pins, long pins, truncates. Search alone, safety, one thread each:',
  );
  print(speedTable(climbed));
  print('\nFrom the start to the verdict, the most memory, and liveness after the search:');
  print(verdictTable(climbed));
  print(`\nfc.scheduler, runs of ${STEPS_MAX} steps at most:`);
  print(await sampled(climbed.slice(0, plan.sampledRungs), plan.runs));
  print('\nA planted fault (a device installs its page without a look whether it was invalidated):');
  print(await plantedFault(hasSpin && plan.panFault, Math.max(...plan.runs)));
}

function print(text: string): void {
  progress('');
  process.stdout.write(`${text}\n`);
}

/** One line, drawn over and over. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
}

function readQuick(): boolean | null {
  try {
    return parseArgs({ options: { quick: { type: 'boolean', default: false } } }).values.quick;
  } catch (error) {
    process.stderr.write(`bench:peers: ${error instanceof Error ? error.message : String(error)}\n`);
    return null;
  }
}

const quick = readQuick();
if (quick === null) process.exitCode = 2;
else
  try {
    await main(quick ? QUICK : FULL);
  } catch (error) {
    progress('');
    process.stderr.write(
      `bench:peers: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 1;
  }

/**
 * What `explore` finishes: each scope searched to its end in a process of its own, with its size, time and memory. Writes
 * reports/exploration/report.json and report.md; `npm run explore:ladder` makes all of it but the scopes that take an hour.
 *
 *   [NAME...]            only these scopes, or all that are required; what the JSON says of others stays
 *   --memory KIND        only on ext4_dax or xfs_dax
 *   --seconds N          gives a scope up after so long (3600)
 *   --checkpoint FILE    of one scope: writes there every minute how far it is, and goes on from there if it exists
 *   --samples            what random runs reach of scopes that are known whole, instead
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  type Checkpoints,
  DEFAULT_SCOPE,
  explore,
  type ExploreResult,
  FS_OP_NAMES,
  INVARIANTS,
  needsTwoFiles,
  sampledStates,
  type Scope,
  scopeTitle,
} from '../src/index.ts';
import { costs } from './costs.ts';
import { type ExplorationReport, explorationText, type Row, type SampleRow } from './exploration_text.ts';
import { publish, reportFolder, writeAside } from './publish.ts';

const NAME = 'exploration';
const JSON_FILE = `${reportFolder(NAME)}report.json`;
const MEMORIES = ['ext4_dax', 'xfs_dax'] as const;
const SAMPLED_RUNS = [100, 1000, 10_000];
const STATES_MAX = 100_000_000;

interface Rung {
  readonly name: string;
  readonly group: Row['group'];
  readonly changes: Partial<Scope>;
}

const TWO_OPS = { blocks: 2, fsOps: ['truncate', 'punch'] } as const;

/** The required ones from the smallest up, then those beyond. */
const RUNGS: readonly Rung[] = [
  ...FS_OP_NAMES.map((op): Rung => ({
    name: op,
    group: 'one operation',
    changes: { blocks: 2, fsOps: [op] },
  })),
  { name: 'mixed', group: 'with a short pin', changes: { blocks: 2, shortPins: 1 } },
  { name: 'mixed_punch', group: 'with a short pin', changes: { blocks: 2, fsOps: ['punch'], shortPins: 1 } },
  { name: 'two_ops', group: 'two operations', changes: TWO_OPS },
  { name: 'wide', group: 'two mirrors', changes: { ...TWO_OPS, mirrors: 2 } },
  { name: 'two_mirrors', group: 'beyond', changes: { blocks: 2, mirrors: 2 } },
  { name: 'three_blocks', group: 'beyond', changes: { ...TWO_OPS, blocks: 3 } },
  { name: 'two_ops_pin', group: 'beyond', changes: { ...TWO_OPS, shortPins: 1 } },
  { name: 'three_ops', group: 'beyond', changes: { blocks: 2, fsOps: ['truncate', 'punch', 'alloc'] } },
  { name: 'wide_write', group: 'beyond', changes: { blocks: 2, fsOps: ['truncate', 'write'], mirrors: 2 } },
  { name: 'wide_three_blocks', group: 'beyond', changes: { ...TWO_OPS, blocks: 3, mirrors: 2 } },
];

const scopeOf = ({ changes }: Rung, memory: string): Scope => ({ ...DEFAULT_SCOPE, ...changes, memory });

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    memory: { type: 'string' },
    seconds: { type: 'string', default: '3600' },
    checkpoint: { type: 'string' },
    samples: { type: 'boolean', default: false },
    one: { type: 'string' },
  },
});

const secondsSince = (begun: number): number => (performance.now() - begun) / 1000;

type Effort = Pick<Row, 'seconds' | 'cpu_seconds' | 'peak_rss_mib'>;

const NO_EFFORT: Effort = { seconds: 0, cpu_seconds: 0, peak_rss_mib: 0 };

/** What this process has taken, and what the searches took whose checkpoint it goes on from. */
function effortSince(begun: number, earlier: Effort): Effort {
  const { user, system } = process.cpuUsage();
  const tenths = (value: number): number => Math.round(value * 10) / 10;
  return {
    seconds: tenths(earlier.seconds + secondsSince(begun)),
    cpu_seconds: tenths(earlier.cpu_seconds + (user + system) / 1e6),
    peak_rss_mib: Math.max(earlier.peak_rss_mib, Math.ceil(process.resourceUsage().maxRSS / 1024)),
  };
}

/** Beside a checkpoint: what it has cost so far. */
const effortFile = (checkpoint: string): string => `${checkpoint}.effort.json`;

function effortBehind(checkpoint: string | undefined): Effort {
  if (checkpoint === undefined || !existsSync(checkpoint)) return NO_EFFORT;
  return JSON.parse(readFileSync(effortFile(checkpoint), 'utf8')) as Effort;
}

/** Every minute, and less often once writing takes long. */
function checkpointsIn(file: string, effort: () => Effort): Checkpoints {
  let [saved, begun, took] = [performance.now(), 0, 0];
  return {
    earlier: existsSync(file) ? readFileSync(file) : null,
    due: () => {
      begun = performance.now();
      return begun - saved > Math.max(60_000, 20 * took);
    },
    save: (bytes) => {
      writeAside(file, bytes);
      writeAside(effortFile(file), JSON.stringify(effort()));
      saved = performance.now();
      took = saved - begun;
    },
  };
}

/** In the process of one scope: searches it, and prints its row. */
function searchOne(scope: Scope): void {
  const begun = performance.now();
  const { checkpoint } = options;
  const earlier = effortBehind(checkpoint);
  const effort = (): Effort => effortSince(begun, earlier);
  const checkpoints = checkpoint === undefined ? undefined : checkpointsIn(checkpoint, effort);
  const signal = {
    get aborted(): boolean {
      return secondsSince(begun) > Number(options.seconds);
    },
  };
  const request = { scope, invariants: INVARIANTS, costs, modelRevision: 1, reduction: true, signal };
  const result = explore({ ...request, statesMax: STATES_MAX, ...(checkpoints && { checkpoints }) });
  console.log(JSON.stringify({ ...summary(result), ...effort() }));
}

function summary(result: ExploreResult): Omit<Row, 'name' | 'group' | keyof Effort> {
  const { scope, states_estimate, states, transitions, depth, exhausted, verdicts } = result;
  const broken = verdicts.filter(({ got }) => got === 'broken');
  return {
    ...{ title: scope.title, memory: scope.memory, states_estimate, states, transitions, depth },
    collision_probability: result.collision_probability,
    grade: exhausted ? 'exhausted' : 'searched',
    held: verdicts.filter(({ got }) => got === 'held').length,
    broken: broken.map(({ property }) => property),
    unexpected: broken.filter(({ as_expected }) => !as_expected).map(({ property }) => property),
  };
}

/** Starts a process for the scope, which does not share its memory with anything. */
function measure(rung: Rung, memory: string): Row {
  const scope = scopeOf(rung, memory);
  const passed = [
    '--seconds',
    options.seconds,
    ...(options.checkpoint ? ['--checkpoint', options.checkpoint] : []),
  ];
  const file = fileURLToPath(import.meta.url);
  const flags = [
    '--max-old-space-size=4096',
    '--import',
    'tsx',
    file,
    '--one',
    JSON.stringify(scope),
    ...passed,
  ];
  const { status, stdout } = spawnSync(process.execPath, flags, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${scopeTitle(scope)}: the search ended with status ${String(status)}`);
  const row = { name: rung.name, group: rung.group, ...(JSON.parse(stdout) as Omit<Row, 'name' | 'group'>) };
  console.log(`${row.title}: ${row.states} states, ${row.seconds} s, ${row.peak_rss_mib} MiB, ${row.grade}`);
  return row;
}

/** All states of a scope without a reduction, and how many of them so many random runs come to. */
function sample(scope: Scope): SampleRow {
  const request = { scope, invariants: [], costs, modelRevision: 1, statesMax: STATES_MAX };
  const { states } = explore({ ...request, reduction: false });
  const samples = sampledStates(scope, SAMPLED_RUNS, 1);
  console.log(`${scopeTitle(scope)}: ${samples.map((one) => one.states).join(', ')} of ${states}`);
  return { title: scopeTitle(scope), states, samples };
}

function readReport(): ExplorationReport {
  if (!existsSync(JSON_FILE)) return { schema: 'gup-vs-hmm/exploration-table/1', rows: [], sampled: [] };
  return JSON.parse(readFileSync(JSON_FILE, 'utf8')) as ExplorationReport;
}

function writeReport(report: ExplorationReport): void {
  publish(NAME, report, explorationText(report));
}

/** In the order of the rungs, each on every kind of memory; a new row takes the place of the old one. */
function withRow({ rows, ...rest }: ExplorationReport, row: Row): ExplorationReport {
  const place = ({ name, memory }: Row): number =>
    RUNGS.findIndex((rung) => rung.name === name) * MEMORIES.length + MEMORIES.indexOf(memory as 'ext4_dax');
  const others = rows.filter((one) => place(one) !== place(row));
  return { ...rest, rows: [...others, row].sort((a, b) => place(a) - place(b)) };
}

function main(): void {
  if (options.one !== undefined) {
    searchOne(JSON.parse(options.one) as Scope);
    return;
  }
  if (options.samples) {
    const scopes = [{}, { mirrors: 0, shortPins: 1 }, { blocks: 2 }, TWO_OPS].flatMap((changes) =>
      MEMORIES.map((memory) => ({ ...DEFAULT_SCOPE, ...changes, memory })),
    );
    writeReport({ ...readReport(), sampled: scopes.map(sample) });
    return;
  }
  const unknown = names.filter((name) => !RUNGS.some((rung) => rung.name === name));
  if (unknown.length > 0)
    throw new Error(
      `no such scope: ${unknown.join(', ')}; there are ${RUNGS.map(({ name }) => name).join(', ')}`,
    );
  const rungs = RUNGS.filter(({ name, group }) =>
    names.length > 0 ? names.includes(name) : group !== 'beyond',
  );
  for (const rung of rungs) {
    for (const memory of MEMORIES.filter((one) => (options.memory ?? one) === one)) {
      // ext4 shares no blocks.
      if (rung.changes.fsOps?.some(needsTwoFiles) === true && memory !== 'xfs_dax') continue;
      writeReport(withRow(readReport(), measure(rung, memory)));
    }
  }
}

main();

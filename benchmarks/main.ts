/**
 * How fast the project is: `npm run bench`, or `npm run bench -- --json`; names choose groups (`npm run bench -- steps`).
 *
 * Measured on the machine at hand, in real time; it has nothing to do with the simulated time of reports. Progress goes
 * to standard error when it is a terminal. Exit code 1 when a benchmark fails, 2 for arguments that mean nothing.
 */
import { parseArgs } from 'node:util';
import { generatedRunCases } from './generated_runs.ts';
import { innerLoop } from './inner_loop.ts';
import { longImport } from './long_import.ts';
import { machineSteps } from './machine_steps.ts';
import { type Case, measure } from './measure.ts';
import { jsonOf, tableOf } from './print.ts';
import { stateCosts } from './state_costs.ts';
import { traceReplay } from './trace_replay.ts';

/** In the order of the table; a group can be related to those before it. */
const GROUPS: Readonly<Record<string, () => Case[] | Promise<Case[]>>> = {
  steps: machineSteps,
  check: generatedRunCases,
  replay: traceReplay,
  import: longImport,
  search: innerLoop,
  state: stateCosts,
};

class UsageError extends Error {
  override readonly name = 'UsageError';
}

interface Args {
  readonly json: boolean;
  /** Names of the groups to run, in the order of the table. */
  readonly groups: readonly string[];
}

function readArgs(): Args {
  const names = Object.keys(GROUPS);
  try {
    const { values, positionals } = parseArgs({
      options: { json: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const unknown = positionals.find((name) => !names.includes(name));
    if (unknown !== undefined) throw new UsageError(`no group '${unknown}': one of ${names.join(', ')}`);
    const chosen = names.filter((name) => positionals.length === 0 || positionals.includes(name));
    return { json: values.json, groups: chosen };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function main(): Promise<void> {
  const { json, groups } = readArgs();
  const cases: Case[] = [];
  for (const name of groups) cases.push(...((await GROUPS[name]?.()) ?? []));
  const rows = await measure(cases, (name, index) => {
    progress(`${index + 1} of ${cases.length}: ${name}`);
  });
  progress('');
  process.stdout.write(json ? jsonOf(rows) : `${tableOf(rows)}\n`);
}

/** One line, drawn over and over. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
}

function inFull(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

try {
  await main();
} catch (error) {
  progress('');
  const isUsage = error instanceof UsageError;
  process.stderr.write(`bench: ${isUsage ? error.message : inFull(error)}\n`);
  process.exitCode = isUsage ? 2 : 1;
}

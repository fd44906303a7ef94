/** What `explain` is given -> the failure it is about -> its text. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type RunSystem, setupOfRun } from '../check/setup_of_run.ts';
import type { ExplainedRun } from '../check/shrink.ts';
import { BUILTIN_2026 } from '../costs/index.ts';
import { explain } from '../explain/explanation.ts';
import { failureOf } from '../explain/failure.ts';
import { runInOrder } from '../explain/in_order.ts';
import { render } from '../explain/render.ts';
import { CapacityError } from '../machine/index.ts';
import { InputError } from '../workload/input_error.ts';
import type { Workload } from '../workload/workload.ts';
import type { ExplainedText, ExplainOptions } from './backend.ts';
import { costsOf } from './check_request.ts';
import { DEFAULTS } from './defaults.ts';
import { readJson } from './json_file.ts';
import { loadDriver } from './load_driver.ts';
import { loadInput } from './load_input.ts';
import { openReplay, openToken } from './token.ts';
import { isRunToken } from './token_text.ts';
import { UsageError } from './usage_error.ts';

interface Case {
  readonly run: ExplainedRun;
  readonly system: RunSystem;
}

/** Throws UsageError for what is no token or breaks nothing, InputError for a file that cannot be used. */
export async function explainInput(input: string, options: ExplainOptions): Promise<ExplainedText> {
  const { run, system } = await openCase(input, options);
  const failure = failureOf(system, run, options.property);
  if (failure === null) {
    const what = options.property ?? 'any property';
    const hint = isRunToken(input) ? '; gup-vs-hmm run TOKEN shows what it does' : '';
    throw new UsageError(`there is nothing to explain: the run does not break ${what}${hint}`);
  }
  const explained = explain(failure, options.runs);
  return {
    text: render(explained, options.format),
    exhausted: explained.explanation.shortened.exhausted,
  };
}

async function openCase(input: string, options: ExplainOptions): Promise<Case> {
  const token = isRunToken(input) ? input : tokenIn(input, options.property);
  if (token === null) return openScenario(input, options);
  const { run, system } = await openToken(token, options.driver);
  return { run, system: { ...system, costs: costsOf(BUILTIN_2026) } };
}

/** As much as is read of a saved result of `check`, or of an explanation. */
const savedCheck = z.object({
  schema: z.literal('gup-vs-hmm/check/1'),
  violations: z.array(z.object({ property: z.string(), expected: z.boolean(), token: z.string() })),
});
const savedExplanation = z.object({ schema: z.literal('gup-vs-hmm/explanation/1'), token: z.string() });

/** The token of the first violation that counts, or of the first of a property; null for a scenario. Throws InputError. */
function tokenIn(file: string, property: string | undefined): string | null {
  if (!file.endsWith('.json') && file !== '-') return null;
  const value = readJson(file, 'check --json writes one; a token begins with gvr1~');
  const explanation = savedExplanation.safeParse(value);
  if (explanation.success) return explanation.data.token;
  const saved = savedCheck.safeParse(value);
  if (!saved.success) {
    if (file !== '-' && !/"schema"\s*:/.test(readFileSync(file, 'utf8'))) return null;
    throw new InputError({
      file,
      problem: 'is no saved result of check',
      hint: 'check --json -o FILE writes one; tokens of worst are given as they are',
    });
  }
  const { violations } = saved.data;
  const found = violations.find((violation) => property === undefined || violation.property === property);
  if (found !== undefined) return found.token;
  const what = property === undefined ? 'no violation' : `no violation of ${property}`;
  throw new InputError({ file, problem: `there is ${what} in it`, hint: 'there is nothing to explain' });
}

/** A scenario as it says itself that it is run, or its operations one after the other. */
async function openScenario(file: string, options: ExplainOptions): Promise<Case> {
  const { workload } = await loadInput(file, {}, options);
  if (workload.source !== 'scenario')
    throw new InputError({ file, problem: 'is a log', hint: 'compare explains what waited in a log' });
  const { replay } = workload;
  const driver = options.driver ?? replay?.driver;
  if (driver === undefined) throw new UsageError('--driver: the scenario needs one (list drivers)');
  const tested = await loadDriver(driver);
  const costs = costsOf(BUILTIN_2026);
  if (replay !== undefined) {
    const { run, system } = openReplay({ ...workload, replay }, tested, replay);
    return { run, system: { ...system, costs } };
  }
  const { kernel, memory } = DEFAULTS;
  const system: RunSystem = { memory, kernel, driver: tested, mutant: null, costs };
  return { system, run: inOrder(file, system, workload) };
}

/** Throws InputError for a scenario with a device plan, or too large for the small system that explanations are told on. */
function inOrder(file: string, system: RunSystem, workload: Workload): ExplainedRun {
  if (workload.plan !== undefined)
    throw new InputError({
      file,
      problem: 'cannot be explained as it has a device plan, which is settled only while it is replayed',
      hint: 'write the attach, transfers and detach of the device under ops instead, or use compare, which follows plans',
    });
  try {
    return runInOrder(setupOfRun(system), workload);
  } catch (error) {
    if (!(error instanceof CapacityError || error instanceof RangeError)) throw error;
    throw new InputError(
      {
        file,
        problem: `is too large to be explained: ${error.message}`,
        hint: 'explanations are searched for on a small system (64 blocks, files of 32 pages, address spaces of 64): make files and mappings smaller, or use compare, which takes any size',
      },
      { cause: error },
    );
  }
}

/**
 * `node --import tsx src/witness/main.ts [--kernel NAME] [--memory A,B] [--driver A,B] [--op A,B] [--cache DIR]
 * [--accel auto|tcg|kvm] [--refresh] [--keep] [--planted] [-o FILE]`: one observation as JSON; with `--planted`
 * instead what becomes of the planted bugs, exit code 1 if one is not caught.
 */
import { rename, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  observationJson,
  witness,
  WitnessError,
  witnessPlanted,
  type AcceleratorChoice,
  type WitnessOptions,
} from './index.ts';

const CLEAR_LINE = '\r\u001b[2K';
const ACCELERATORS: readonly AcceleratorChoice[] = ['auto', 'tcg', 'kvm'];

interface Arguments extends WitnessOptions {
  readonly planted: boolean;
  readonly output?: string;
}

function commandLine(): Arguments {
  const { values } = parseArgs({
    options: {
      kernel: { type: 'string', default: 'linux-6.1' },
      memory: { type: 'string' },
      driver: { type: 'string' },
      op: { type: 'string' },
      cache: { type: 'string' },
      accel: { type: 'string', default: 'auto' },
      refresh: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      planted: { type: 'boolean', default: false },
      output: { type: 'string', short: 'o' },
    },
  });
  const accelerator = ACCELERATORS.find((name) => name === values.accel);
  if (accelerator === undefined)
    throw new WitnessError('setup', `--accel is one of ${ACCELERATORS.join(', ')}.`);
  return {
    kernel: values.kernel,
    accelerator,
    refresh: values.refresh,
    keep: values.keep,
    planted: values.planted,
    ...(values.cache === undefined ? {} : { cache: values.cache }),
    ...(values.memory === undefined ? {} : { memories: values.memory.split(',') }),
    ...(values.driver === undefined ? {} : { drivers: values.driver.split(',') }),
    ...(values.op === undefined ? {} : { operations: values.op.split(',') }),
    ...(values.output === undefined ? {} : { output: values.output }),
  };
}

async function main(): Promise<void> {
  const { output, planted, ...rest } = commandLine();
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());
  const visible = process.stderr.isTTY;
  const say = (line: string): void => void process.stderr.write(visible ? CLEAR_LINE + line : '');
  const options = { ...rest, say, signal: abort.signal };
  if (planted) {
    const results = await witnessPlanted(options);
    if (results.some(({ caught }) => !caught)) process.exitCode = 1;
    await put(`${JSON.stringify(results, undefined, 1)}\n`, output);
    return;
  }
  const { observation, accelerator, bootMs, totalMs } = await witness(options);
  say('');
  await put(observationJson(observation), output);
  process.stderr.write(
    `Linux ${observation.kernel.release}: ${observation.cells.length} cells in ${seconds(totalMs)} s, ` +
      `booted in ${seconds(bootMs)} s (${accelerator})\n`,
  );
}

/** A file is written aside and renamed, so that it is whole or absent. */
async function put(text: string, output: string | undefined): Promise<void> {
  if (output === undefined) {
    process.stdout.write(text);
    return;
  }
  await writeFile(`${output}.tmp`, text);
  await rename(`${output}.tmp`, output);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof WitnessError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.failure === 'setup' ? 2 : 3;
}

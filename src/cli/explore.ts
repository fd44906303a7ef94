/** `explore`: every state of a stated scope, with a verdict for each property. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { FS_OP_NAMES, type FsOp } from '../explore/fs_ops.ts';
import { checkScope, DEFAULT_SCOPE, LADDER, type Scope, scopeNamed } from '../explore/scope.ts';
import type { ExploreOptions, ExploreResult } from './backend.ts';
import type { CommandContext } from './context.ts';
import { EXIT, type ExitCode } from './exit_code.ts';
import { exploreDocument } from './explore_document.ts';
import { message } from './failure.ts';
import { plainJson, renderAs, type OutputArgs } from './format.ts';
import { requireDriver, requireKnown } from './known_names.ts';
import {
  addHelp,
  addOutputOptions,
  outputArgs,
  parseNames,
  parseRuns,
  type OutputOptions,
} from './options.ts';
import type { Outcome } from './outcome.ts';
import { UsageError } from './usage_error.ts';

export interface ExploreArgs extends OutputArgs {
  readonly command: 'explore';
  readonly scope: Scope;
  readonly statesMax: number;
  readonly reduction: boolean;
  readonly seconds?: number;
  readonly mutant?: string;
  readonly checkpoint?: string;
}

interface Options extends OutputOptions {
  readonly scope?: string;
  readonly blocks?: number;
  readonly fsOps?: FsOp[];
  readonly mirrors?: number;
  readonly shortPins?: number;
  readonly longPins?: number;
  readonly forks?: number;
  readonly memory?: string;
  readonly kernel?: string;
  readonly mirrorDriver?: string;
  readonly pinDriver?: string;
  readonly statesMax: number;
  readonly reduction: 'on' | 'off';
  readonly seconds?: number;
  readonly mutant?: string;
  readonly checkpoint?: string;
}

/** About as many as fit in 4 GiB with three transitions each. */
const STATES_MAX = 40_000_000;

export function addExplore(program: Command, found: (args: ExploreArgs) => void): void {
  const command = program
    .command('explore')
    .description('Every state of a small scope: what holds in it always, and what comes to an end.')
    .addOption(
      new Option('--scope <name>', 'start from a named scope').choices(LADDER.map(({ name }) => name)),
    )
    .option('--blocks <n>', 'written pages of the file', parseCount)
    .option('--fs-ops <names>', `operations on it, each done once: ${FS_OP_NAMES.join(', ')}`, parseFsOps)
    .option('--mirrors <n>', 'devices that mirror the mapping', parseCount)
    .option('--short-pins <n>', 'users of direct I/O into it', parseCount)
    .option('--long-pins <n>', 'users that pin it and never let go', parseCount)
    .option('--forks <n>', 'processes forked off its owner', parseCount)
    .option('--memory <kind>', 'what the file lies on (list memory)')
    .option('--kernel <release>', 'kernel to model (list kernels)')
    .option('--mirror-driver <name>', 'driver of the mirrors (list drivers)')
    .option('--pin-driver <name>', 'driver of the pins (list drivers)')
    .addOption(
      new Option('--reduction <on|off>', 'merge steps that no order of other steps can change')
        .choices(['on', 'off'])
        .default('on'),
    )
    .option('--mutant <name>', 'plant a fault first (list mutants)')
    .option('--states-max <n>', 'give up, undecided, before there are more states', parseRuns, STATES_MAX)
    .option('--seconds <n>', 'give up, undecided, after this time', parseRuns)
    .option(
      '--checkpoint <file>',
      'write there now and then how far it is, and go on from there if it exists',
    );
  addHelp(addOutputOptions(command), [
    'explore --blocks 2 --fs-ops truncate,punch --mirrors 1',
    'explore --mirrors 0 --long-pins 1',
  ]);
  command.action((options: Options) => {
    found(argsOf(options));
  });
}

function argsOf(options: Options): ExploreArgs {
  const { statesMax, seconds, mutant, checkpoint, scope: name, reduction } = options;
  const base = name === undefined ? DEFAULT_SCOPE : (scopeNamed(name) ?? DEFAULT_SCOPE);
  const scope: Scope = {
    blocks: options.blocks ?? base.blocks,
    fsOps: options.fsOps ?? base.fsOps,
    mirrors: options.mirrors ?? base.mirrors,
    shortPins: options.shortPins ?? base.shortPins,
    longPins: options.longPins ?? base.longPins,
    forks: options.forks ?? base.forks,
    memory: options.memory ?? base.memory,
    kernel: options.kernel ?? base.kernel,
    mirrorDriver: options.mirrorDriver ?? base.mirrorDriver,
    pinDriver: options.pinDriver ?? base.pinDriver,
  };
  return {
    command: 'explore',
    scope,
    statesMax,
    reduction: reduction === 'on',
    ...(seconds === undefined ? {} : { seconds }),
    ...(mutant === undefined ? {} : { mutant }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...outputArgs(options),
  };
}

function parseCount(value: string): number {
  if (!/^\d{1,2}$/.test(value)) throw new InvalidArgumentError('A small number is expected.');
  return Number(value);
}

function parseFsOps(value: string): FsOp[] {
  return parseNames(value).map((name) => {
    const op = FS_OP_NAMES.find((known) => known === name);
    if (op === undefined)
      throw new InvalidArgumentError(
        `'${name}' is no operation of a scope; valid: ${FS_OP_NAMES.join(', ')}.`,
      );
    return op;
  });
}

/** Throws UsageError, or what the simulator throws. */
export async function runExplore(args: ExploreArgs, context: CommandContext): Promise<Outcome> {
  const backend = await context.loadBackend();
  const { scope, mutant } = args;
  requireKnown(backend, '--memory', 'memory', scope.memory);
  requireKnown(backend, '--kernel', 'kernels', scope.kernel);
  requireDriver(backend, '--mirror-driver', scope.mirrorDriver);
  requireDriver(backend, '--pin-driver', scope.pinDriver);
  if (mutant !== undefined) requireKnown(backend, '--mutant', 'mutants', mutant);
  try {
    checkScope(scope);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
  const begun = performance.now();
  const result = await backend.explore(exploreOptions(args, context));
  const seconds = (performance.now() - begun) / 1000;
  return {
    exit: exploreExit(result, context.signal.aborted),
    result: renderAs(
      args.format,
      () => plainJson(result),
      () => exploreDocument(result),
      context.style,
    ),
    ...(args.output === undefined ? {} : { output: args.output }),
    messages: [message(effort(result, seconds))],
  };
}

/** What is no part of the result, since it differs from machine to machine. */
function effort({ transitions, bytes }: ExploreResult, seconds: number): string {
  const rate = Math.round(transitions / seconds);
  return `${seconds.toFixed(1)} s, ${rate} transitions a second, ${Math.ceil(bytes / 2 ** 20)} MiB for states and transitions`;
}

function exploreOptions(args: ExploreArgs, { signal, onProgress }: CommandContext): ExploreOptions {
  const { scope, statesMax, reduction, seconds, mutant, checkpoint } = args;
  return {
    ...{ scope, statesMax, reduction, onProgress },
    signal: seconds === undefined ? signal : until(signal, seconds),
    ...(mutant === undefined ? {} : { mutant }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
  };
}

/** Stops when the user does, and after this time. */
function until(signal: CommandContext['signal'], seconds: number): CommandContext['signal'] {
  const end = performance.now() + seconds * 1000;
  return {
    get aborted(): boolean {
      return signal.aborted || performance.now() > end;
    },
  };
}

function exploreExit(result: ExploreResult, aborted: boolean): ExitCode {
  if (result.verdicts.some((verdict) => !verdict.as_expected)) return EXIT.unexpected;
  if (result.exhausted) return EXIT.expected;
  return aborted ? EXIT.interrupted : EXIT.undecided;
}

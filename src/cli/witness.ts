/** `witness`: real kernels in QEMU make the cells of the matrix, or another kind of observation, and the model is held against them. */
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import type { AgainstResult } from '../compare/matrix/index.ts';
import {
  CELL_DRIVERS,
  CELL_MEMORIES,
  CELL_OPERATIONS,
  KERNELS,
  OBSERVATION_KINDS,
  type KernelRequest,
  type ObservationKind,
  type Observed,
  type PlantedResult,
  type WitnessOptions,
} from '../witness/index.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit_code.ts';
import { message } from './failure.ts';
import { plainJson, renderAs, type OutputArgs } from './format.ts';
import { requireKnown, requireName } from './known_names.ts';
import {
  addHelp,
  addOutputOptions,
  outputArgs,
  parseNames,
  parseRuns,
  type OutputOptions,
} from './options.ts';
import type { Outcome } from './outcome.ts';
import { checkOutputFile, writeOutputFile } from './output_file.ts';
import { UsageError } from './usage_error.ts';
import { plantedDocument, witnessDocument } from './witness_document.ts';
import { heldAgainstModel, modelRelease } from './witness_model.ts';

interface Selection {
  /** A kind of observation. */
  readonly what: string;
  /** Absent: all that are known by name. */
  readonly kernel?: readonly string[];
  /** Packages of any other kernel: its image, and its headers with all they need. */
  readonly image?: string;
  readonly headers?: readonly string[];
  /** Absent: all of them. */
  readonly memory?: readonly string[];
  readonly driver?: readonly string[];
  readonly op?: readonly string[];
  /** The model's release to compare with, or `none`; absent: that of the kernel. */
  readonly model?: string;
  /** Folder for the observations, a file for each kernel. */
  readonly save?: string;
}

interface Conditions {
  readonly cache?: string;
  readonly accel: Accelerator;
  /** Seconds. */
  readonly limit: number;
  readonly refresh?: true;
  readonly keep?: true;
  readonly planted?: true;
}

export interface WitnessArgs extends Selection, Conditions, OutputArgs {
  readonly command: 'witness';
}

interface Options extends Selection, Conditions, OutputOptions {}

const KERNEL_NAMES = KERNELS.map(({ name }) => name);

const ACCELERATORS = ['auto', 'kvm', 'tcg'] as const;
type Accelerator = (typeof ACCELERATORS)[number];

/** Twice what all cells take in emulation on two busy cores. */
const LIMIT_S = 1200;

const NOTES = `
It needs Debian 12 or later on x86-64 with apt-get, dpkg, gcc-12, binutils, make and libc6-dev, and no root. QEMU, the
guest's programs and the kernels are fetched with apt-get (some 450 MB for both kernels) and kept in the cache folder;
nothing is installed. A run without a network uses what is in the cache.

Exit code 1: the model disagrees with what was seen, or a planted bug was not caught. 2: something is missing here, or
cannot be fetched. 3: the guest crashed or hung.
`;

export function addWitness(program: Command, found: (args: WitnessArgs) => void): void {
  const kinds = OBSERVATION_KINDS.map(({ name }) => name);
  const command = program
    .command('witness')
    .description(
      'Boot real kernels in QEMU, let them make the cells of the matrix, and hold the model against them.',
    )
    .addOption(new Option('--what <kind>', 'kind of observation').choices(kinds).default(kinds[0]))
    .option(
      '--kernel <names>',
      `kernels, each the newest build that Debian has (default: ${KERNEL_NAMES.join(',')})`,
      namesInAll,
    )
    .addOption(new Option('--image <deb>', 'package of any other kernel').conflicts('kernel'))
    .option('--headers <debs>', 'packages of its headers, with -common and kbuild', parseNames)
    .option('--memory <kinds>', `of ${CELL_MEMORIES.join(', ')} (default: all)`, parseNames)
    .option('--driver <names>', `of ${CELL_DRIVERS.join(', ')} (default: all)`, parseNames)
    .option('--op <ids>', 'operations by id, as matrix has them (default: all)', parseNames)
    .option('--model <release>', "the model's release to compare with, or none (default: that of the kernel)")
    .option('--planted', 'instead: is each planted bug of the probe caught?')
    .option('--cache <folder>', 'where everything is kept (default: $XDG_CACHE_HOME/gup-vs-hmm)')
    .option('--refresh', 'ask the archive for newer packages, although the cache has some')
    .addOption(new Option('--accel <how>', 'how QEMU runs the guest').choices(ACCELERATORS).default('auto'))
    .option('--limit <seconds>', 'a guest that is not done by then is ended', parseRuns, LIMIT_S)
    .option('--keep', "leave the guest's files and its console in the cache")
    .option('--save <folder>', 'write the observations there, a JSON file for each kernel');
  addHelp(addOutputOptions(command), [
    'witness --kernel linux-6.1 --memory ext4_dax --op punch,fsync',
    'witness --kernel linux-6.12 -o observation.json',
  ]).addHelpText('after', NOTES);
  command.action((options: Options) => {
    found({ ...options, command: 'witness', ...outputArgs(options) });
  });
}

/** As parseNames, for an option that may also be given more than once. */
function namesInAll(value: string, before: readonly string[] | undefined): string[] {
  return parseNames([...(before ?? []), value].join(','));
}

/** What one kernel was seen to do, and how far the model agrees; null: not compared. */
export interface Witnessed {
  readonly observed: Observed;
  readonly against: AgainstResult | null;
}

/** Throws UsageError, WitnessError, or what the simulator throws. */
export async function runWitness(args: WitnessArgs, context: CommandContext): Promise<Outcome> {
  const kind = kindOf(args);
  const requests = await checked(args, kind, context);
  if (args.planted === true) return runPlanted(args, requests, context);
  const backend = await context.loadBackend();
  const seen: Witnessed[] = [];
  for (const kernel of requests) {
    const observed = await backend.witness(kind.name, optionsFor(kernel, args, context));
    if (args.save !== undefined) writeOutputFile(savedAs(args.save, kind, observed.kernel), observed.json);
    const release = modelRelease(args.model, observed.kernel, backend);
    const against =
      observed.cells === undefined || release === null
        ? null
        : await heldAgainstModel(observed, observed.cells, release, context);
    seen.push({ observed, against });
  }
  return {
    exit: seen.some(({ against }) => (against?.disagree.length ?? 0) > 0) ? EXIT.unexpected : EXIT.expected,
    result: renderAs(
      args.format,
      () => seen[0]?.observed.json ?? '',
      () => witnessDocument(seen),
      context.style,
    ),
    ...(args.output === undefined ? {} : { output: args.output }),
    messages: args.format === 'json' ? seen.map(inOneLine) : [],
  };
}

/** Everything that can be said before a guest is booted; the kernels that are asked for. Throws UsageError. */
async function checked(
  args: WitnessArgs,
  kind: ObservationKind,
  context: CommandContext,
): Promise<readonly KernelRequest[]> {
  const { image, headers = [], memory, driver, op, kernel = KERNEL_NAMES } = args;
  if (image === undefined && headers.length > 0)
    throw new UsageError('--headers go with the --image of their kernel');
  if (image !== undefined && headers.length === 0)
    throw new UsageError('--image needs the --headers of its kernel: the probe is built for it');
  for (const name of kernel) requireName('--kernel', name, KERNEL_NAMES);
  for (const name of memory ?? []) requireName('--memory', name, CELL_MEMORIES);
  for (const name of driver ?? []) requireName('--driver', name, CELL_DRIVERS);
  for (const name of op ?? []) requireName('--op', name, CELL_OPERATIONS);
  if (!kind.selectable && (memory ?? driver ?? op) !== undefined)
    throw new UsageError(`--what ${kind.name} is made as a whole: leave --memory, --driver and --op out`);
  if (args.model !== undefined && args.model !== 'none')
    requireKnown(await context.loadBackend(), '--model', 'kernels', args.model);
  const requests = image === undefined ? kernel : [{ debs: [image, ...headers] }];
  if (args.format === 'json' && args.planted !== true && requests.length > 1)
    throw new UsageError(
      'an observation is of one kernel: name one with --kernel, or take --save FOLDER for a file of each',
    );
  if (args.save !== undefined) checkOutputFile(savedAs(args.save, kind, 'linux'));
  return requests;
}

function optionsFor(
  kernel: KernelRequest,
  args: WitnessArgs,
  { abort, onProgress }: CommandContext,
): WitnessOptions {
  const { memory, driver, op, cache, accel, limit, refresh = false, keep = false } = args;
  return {
    ...{ kernel, accelerator: accel, limitMs: limit * 1000, refresh, keep },
    say: (line) => onProgress({ what: line, done: 0, total: 0 }),
    ...(abort === undefined ? {} : { signal: abort }),
    ...(cache === undefined ? {} : { cache }),
    ...(memory === undefined ? {} : { memories: memory }),
    ...(driver === undefined ? {} : { drivers: driver }),
    ...(op === undefined ? {} : { operations: op }),
  };
}

async function runPlanted(
  args: WitnessArgs,
  requests: readonly KernelRequest[],
  context: CommandContext,
): Promise<Outcome> {
  const backend = await context.loadBackend();
  const results: PlantedResult[] = [];
  for (const kernel of requests)
    results.push(...(await backend.witnessPlanted(optionsFor(kernel, args, context))));
  return {
    exit: results.every(({ caught }) => caught) ? EXIT.expected : EXIT.unexpected,
    result: renderAs(
      args.format,
      () => plainJson(results),
      () => plantedDocument(results),
      context.style,
    ),
    ...(args.output === undefined ? {} : { output: args.output }),
    messages: [],
  };
}

function kindOf({ what }: WitnessArgs): ObservationKind {
  const kind = OBSERVATION_KINDS.find(({ name }) => name === what);
  if (kind === undefined) throw new UsageError(`--what: there is no kind of observation ${what}`);
  return kind;
}

function savedAs(folder: string, { filePrefix }: ObservationKind, kernel: string): string {
  return join(folder, `${filePrefix}${kernel}.json`);
}

/** For standard error, when the result itself is JSON. */
function inOneLine({ observed: { kernel, release }, against }: Witnessed): string {
  if (against === null) return message(`${kernel} (${release}): not compared with the model`);
  const { cells, agree, fields, tolerated, disagree } = against;
  const counts = `${agree} of ${fields} fields agree, ${tolerated.length} tolerated, ${disagree.length} disagree`;
  return message(`${kernel} (${release}): ${cells} cells compared, ${counts}`);
}

/** `matrix`: each operation against each driver on each kind of memory, and the same held against a real kernel. */
import type { Command } from 'commander';
import { against, type AgainstResult } from '../compare/matrix/against.ts';
import { type ObservedCells, observedCellsSchema } from '../compare/matrix/observed_cells.ts';
import { CELL_OPERATION_IDS } from '../compare/matrix/operations.ts';
import { InputError } from '../workload/input_error.ts';
import type { Backend, MatrixOptions, MatrixResult, StopSignal } from './backend.ts';
import type { CommandContext } from './context.ts';
import { DEFAULTS } from './defaults.ts';
import { EXIT, type ExitCode } from './exit_code.ts';
import { plainJson, renderAs, type OutputArgs } from './format.ts';
import { readJson } from './json_file.ts';
import { requireDriver, requireKnown, requireName } from './known_names.ts';
import { againstDocument, matrixDocument } from './matrix_document.ts';
import { addHelp, addOutputOptions, outputArgs, parseNames, type OutputOptions } from './options.ts';
import type { Outcome } from './outcome.ts';

interface Selection {
  /** Absent: the kernel of the file of `--against`, or the default. */
  readonly kernel?: string;
  /** Absent: all of them. */
  readonly memory?: readonly string[];
  readonly driver?: readonly string[];
  readonly op?: readonly string[];
  /** A cells document of `witness`. */
  readonly against?: string;
  /** A planted fault. */
  readonly mutant?: string;
}

export interface MatrixArgs extends Selection, OutputArgs {
  readonly command: 'matrix';
}

interface Options extends Selection, OutputOptions {}

export function addMatrix(program: Command, found: (args: MatrixArgs) => void): void {
  const command = program
    .command('matrix')
    .description(
      'What becomes of each file and memory operation under each driver, cell by cell; or how far a real kernel agrees.',
    )
    .option(
      '--kernel <release>',
      `kernel to model (list kernels; default: ${DEFAULTS.kernel}, or that of --against)`,
    )
    .option('--memory <kinds>', 'kinds of memory (list memory; default: all)', parseNames)
    .option('--driver <names>', 'drivers (list drivers; default: all), or files of your own', parseNames)
    .option('--op <ids>', 'operations by id (default: all)', parseNames)
    .option('--against <file>', 'cells of a real kernel, as witness writes them, - for standard input')
    .option('--mutant <name>', 'plant a fault in the model first (list mutants)');
  addHelp(addOutputOptions(command), [
    'matrix --kernel linux-6.12 --memory xfs_dax --driver gup,hmm_mirror',
    'matrix --against src/witness/observations/linux-6.1.json --mutant ranged_layout_break',
  ]);
  command.action((options: Options) => {
    const { kernel, memory, driver, op, against: file, mutant } = options;
    found({
      command: 'matrix',
      ...outputArgs(options),
      ...(kernel === undefined ? {} : { kernel }),
      ...(memory === undefined ? {} : { memory }),
      ...(driver === undefined ? {} : { driver }),
      ...(op === undefined ? {} : { op }),
      ...(file === undefined ? {} : { against: file }),
      ...(mutant === undefined ? {} : { mutant }),
    });
  });
}

/** Throws UsageError, InputError, or what the simulator throws. */
export async function runMatrix(args: MatrixArgs, context: CommandContext): Promise<Outcome> {
  const backend = await context.loadBackend();
  const observed = args.against === undefined ? undefined : readObserved(args.against);
  const result = await backend.matrix(matrixOptions(args, observed, backend, context));
  if (observed !== undefined) {
    const found = heldAgainst(result, observed, args);
    return outcome(args, context, againstExit(found, context.signal), found, () => againstDocument(found));
  }
  const exit = result.complete ? EXIT.expected : cutShort(context.signal);
  return outcome(args, context, exit, result, () => matrixDocument(result));
}

function outcome(
  { format, output }: MatrixArgs,
  { style }: CommandContext,
  exit: ExitCode,
  value: unknown,
  document: Parameters<typeof renderAs>[2],
): Outcome {
  return {
    exit,
    result: renderAs(format, () => plainJson(value), document, style),
    ...(output === undefined ? {} : { output }),
    messages: [],
  };
}

function matrixOptions(
  args: MatrixArgs,
  observed: ObservedCells | undefined,
  backend: Backend,
  { signal, onProgress }: CommandContext,
): MatrixOptions {
  const all = (kind: 'memory' | 'drivers'): string[] => backend.list(kind).map(({ name }) => name);
  const kernel = args.kernel ?? observed?.cells[0]?.kernel ?? DEFAULTS.kernel;
  const { memory = all('memory'), driver = all('drivers'), op = CELL_OPERATION_IDS } = args;
  requireKnown(backend, '--kernel', 'kernels', kernel);
  for (const name of memory) requireKnown(backend, '--memory', 'memory', name);
  for (const name of driver) requireDriver(backend, '--driver', name);
  for (const name of op) requireName('--op', name, CELL_OPERATION_IDS);
  const { mutant } = args;
  if (mutant !== undefined) requireKnown(backend, '--mutant', 'mutants', mutant);
  const planted = mutant === undefined ? {} : { mutant };
  return { kernel, memories: memory, drivers: driver, operations: op, ...planted, signal, onProgress };
}

const WRITTEN_BY = 'gup-vs-hmm witness writes one';

/** The first cell that a document has more than once, in words. */
function firstTwice({ cells }: ObservedCells): string | undefined {
  const seen = new Set<string>();
  for (const { kernel = '', memory, driver, op } of cells) {
    const place = [kernel, memory, driver, op].join(' ').trim();
    if (seen.has(place)) return place;
    seen.add(place);
  }
  return undefined;
}

/** Throws InputError for a file that is no cells document, or has a cell twice. */
function readObserved(file: string): ObservedCells {
  const parsed = observedCellsSchema.safeParse(readJson(file, WRITTEN_BY));
  if (parsed.success) {
    const twice = firstTwice(parsed.data);
    if (twice === undefined) return parsed.data;
    throw new InputError({ file, problem: `the cell ${twice} stands there twice`, hint: 'leave one' });
  }
  const [issue] = parsed.error.issues;
  const problem = `not a cells document: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`;
  throw new InputError({ file, problem, hint: WRITTEN_BY });
}

function heldAgainst(result: MatrixResult, observed: ObservedCells, args: MatrixArgs): AgainstResult {
  const asked = (names: readonly string[] | undefined, name: string): boolean =>
    names?.includes(name) ?? true;
  return against({
    kernel: result.kernel,
    complete: result.complete,
    model: result.cells,
    // What was not asked for is not missing from the model.
    observed: observed.cells.filter(
      ({ kernel = result.kernel, memory, driver, op }) =>
        kernel === result.kernel &&
        asked(args.memory, memory) &&
        asked(args.driver, driver) &&
        asked(args.op, op),
    ),
    observedRelease: observed.kernel?.release ?? `${result.kernel}, release not noted`,
  });
}

/** Nothing in common says nothing: that is no agreement. */
function againstExit({ complete, cells, disagree }: AgainstResult, signal: StopSignal): ExitCode {
  if (disagree.length > 0) return EXIT.unexpected;
  if (complete && cells === 0) return EXIT.undecided;
  return complete ? EXIT.expected : cutShort(signal);
}

const cutShort = (signal: StopSignal): ExitCode => (signal.aborted ? EXIT.interrupted : EXIT.undecided);

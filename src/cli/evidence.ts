/** `evidence`: what real kernels were seen to do, how far the model agrees, and what holds each of its mechanisms. */
import type { Command } from 'commander';
import { observedKernels } from '../witness/index.ts';
import { realKernelDocument } from '../report/index.ts';
import type { CommandContext } from './context.ts';
import { EXIT, type ExitCode } from './exit_code.ts';
import { plainJson, renderAs, type OutputArgs } from './format.ts';
import { requireName } from './known_names.ts';
import { addHelp, addOutputOptions, outputArgs, parseNames, type OutputOptions } from './options.ts';
import type { Outcome } from './outcome.ts';
import type { Evidence, StopSignal } from './backend.ts';

export interface EvidenceArgs extends OutputArgs {
  readonly command: 'evidence';
  /** Absent: all that were observed. */
  readonly kernel?: readonly string[];
}

export function addEvidence(program: Command, found: (args: EvidenceArgs) => void): void {
  const command = program
    .command('evidence')
    .description(
      'The committed observations of real kernels: how they were made, how far the model agrees, what holds each mechanism of it.',
    )
    .option('--kernel <names>', 'kernels that were observed (default: all)', parseNames);
  addHelp(addOutputOptions(command), ['evidence --kernel linux-6.1', 'evidence -o real-kernel.md']);
  command.action((options: OutputOptions & Pick<EvidenceArgs, 'kernel'>) => {
    const { kernel } = options;
    found({ command: 'evidence', ...outputArgs(options), ...(kernel === undefined ? {} : { kernel }) });
  });
}

/** Exit code 1 when the model disagrees with an observation. Throws UsageError, or what the simulator throws. */
export async function runEvidence(args: EvidenceArgs, context: CommandContext): Promise<Outcome> {
  const observed = observedKernels();
  for (const name of args.kernel ?? []) requireName('--kernel', name, observed);
  const backend = await context.loadBackend();
  // They hold the model against what was seen, which only this command needs.
  const { FURTHER_EVIDENCE } = await import('./evidence_sections.ts');
  const { signal, onProgress, style } = context;
  const found = await backend.evidence({ kernels: args.kernel ?? observed, signal, onProgress });
  const further = Object.fromEntries(FURTHER_EVIDENCE.map(({ name, data }) => [name, data()]));
  return {
    exit: evidenceExit(found, signal),
    result: renderAs(
      args.format,
      () => plainJson({ ...found, ...further }),
      () =>
        realKernelDocument(
          found,
          FURTHER_EVIDENCE.flatMap(({ sections }) => sections()),
        ),
      style,
    ),
    ...(args.output === undefined ? {} : { output: args.output }),
    messages: [],
  };
}

function evidenceExit({ complete, kernels }: Evidence, signal: StopSignal): ExitCode {
  if (!complete) return signal.aborted ? EXIT.interrupted : EXIT.undecided;
  return kernels.some(({ disagree }) => disagree.length > 0) ? EXIT.unexpected : EXIT.expected;
}

/** The command line as a function: words in, exit code out, everything else through the host. */
import { parseCommandLine } from './command_line.ts';
import { EXIT, type ExitCode } from './exit_code.ts';
import { failureOutcome, message } from './failure.ts';
import type { Host, Task } from './host.ts';
import type { Outcome } from './outcome.ts';
import { checkOutputFile, writeOutputFile, writeProblem } from './output_file.ts';
import { progressLine } from './progress_line.ts';
import { showsProgress, terminalStyle } from './terminal_facts.ts';

/** Runs one command line. Results go to standard output or the file of `-o`, everything else to standard error. */
export async function gupVsHmm(args: readonly string[], host: Host): Promise<ExitCode> {
  const debug = host.env['GVH_DEBUG'] === '1';
  const parsed = parseCommandLine(args, host.version);
  if ('outcome' in parsed) return deliver(parsed.outcome, host);
  const { invocation, settings } = parsed;
  const output = 'output' in invocation ? invocation.output : undefined;
  const style = terminalStyle(host.stdout, host.env, settings.color, output !== undefined);
  const task = { invocation, style, debug: debug || settings.debug };
  const early = output === undefined ? undefined : failureOf(() => checkOutputFile(output), task.debug);
  return deliver(early ?? (await runTask(task, host)), host);
}

async function runTask(task: Task, host: Host): Promise<Outcome> {
  const line = progressLine(showsProgress(host.stderr, host.env), (text) => void host.stderr.write(text));
  const outcome = await host.run(task, {
    onProgress: (progress) => line.show(progress),
    onStopping: () => {
      line.clear();
      void host.stderr.write(`${message('stopping at the next check; interrupt again to stop at once')}\n`);
    },
  });
  line.clear();
  return outcome;
}

/** Writes what there is to write. A result that could not be written is exit code 2, whatever it said. */
async function deliver(outcome: Outcome, host: Host): Promise<ExitCode> {
  const { result, output } = outcome;
  await tell(host, outcome.messages);
  if (result === undefined) return outcome.exit;
  if (output !== undefined) {
    const failure = failureOf(() => writeOutputFile(output, result), false);
    if (failure === undefined) return outcome.exit;
    await tell(host, failure.messages);
    return failure.exit;
  }
  const error = await host.stdout.write(result);
  if (error === undefined || isClosedPipe(error)) return outcome.exit;
  await tell(host, [message(`cannot write to standard output: ${writeProblem(error)}`)]);
  return EXIT.usage;
}

async function tell(host: Host, messages: readonly string[]): Promise<void> {
  if (messages.length > 0) await host.stderr.write(`${messages.join('\n')}\n`);
}

function failureOf(action: () => void, debug: boolean): Outcome | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return failureOutcome(error, debug);
  }
}

/** The reader has seen enough, as in `gup-vs-hmm ... | head`: no error. */
function isClosedPipe(error: Error): boolean {
  return 'code' in error && error.code === 'EPIPE';
}

/** Other programs, run to their end. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { interrupted, systemErrorCode, WitnessError } from './witness_error.ts';

/** The signal that ends the programs of the work at hand: every one of them is run somewhere inside {@link abortable}. */
const abortSignal = new AsyncLocalStorage<AbortSignal>();

/** Does the work; once the signal fires, the program that is running is ended and the work fails as interrupted. */
export async function abortable<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  if (signal === undefined) return work();
  try {
    return await abortSignal.run(signal, work);
  } catch (error) {
    // Whatever it failed with, it was cut short.
    throw signal.aborted ? interrupted() : error;
  }
}

export interface CommandResult {
  /** Exit status; 128 + signal number is not used: a signal gives -1. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** How output becomes text: latin1 keeps every byte. */
  readonly encoding?: 'utf8' | 'latin1';
  /** Called with each piece of standard output as it comes. */
  readonly onOutput?: (text: string) => void;
}

/** Runs a program without a shell and without standard input. Any exit status is a result, not an error. */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { cwd, env, encoding = 'utf8', onOutput } = options;
  const signal = abortSignal.getStore();
  if (signal?.aborted === true) throw interrupted();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
      // The parsers below read the programs' English.
      env: { ...process.env, ...env, LC_ALL: 'C' },
      ...(signal === undefined ? {} : { signal }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding(encoding).on('data', (text: string) => {
      stdout += text;
      onOutput?.(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error) => {
      reject(
        systemErrorCode(error) === 'ENOENT'
          ? new WitnessError('setup', `${program} is not on this machine.`)
          : error,
      );
    });
    child.on('close', (status) => {
      resolve({ status: status ?? -1, stdout, stderr });
    });
  });
}

/**
 * As `runCommand`, but a status other than 0 is an error that says what was being done and shows the end of
 * what the program wrote.
 */
export async function mustRun(
  doing: string,
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const result = await runCommand(program, args, options);
  if (result.status === 0) return result.stdout;
  throw new WitnessError(
    'setup',
    `${doing} failed (${program}, status ${result.status}).\n${lastLines(result)}`,
  );
}

function lastLines({ stdout, stderr }: CommandResult): string {
  const text = stderr.trim() === '' ? stdout : stderr;
  return text.trim().split('\n').slice(-12).join('\n');
}

/** One guest, from its files to what it said. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { acceleratorsToTry, rememberThatKvmFails, type AcceleratorChoice } from './accelerator.ts';
import { PID_FILE, type Cache } from './cache.ts';
import { ConsoleReader, type ConsoleLines } from './console.ts';
import { guestArchive, planArchive } from './initramfs.ts';
import { consoleTail } from './kernel_log.ts';
import type { KernelTree } from './kernel_tree.ts';
import type { GuestProgram, Probe } from './probe_build.ts';
import { runGuest, type Accelerator, type GuestEnd } from './qemu.ts';
import { abortable } from './run_command.ts';
import type { ToolsTree } from './tools_tree.ts';
import { interrupted, WitnessError } from './witness_error.ts';

/**
 * A guest that says nothing for so long hangs, in milliseconds. Emulated ones are never still for more than some seconds on an idle
 * machine, and for a minute on one with ten times as many busy programs as processors.
 */
const SILENCE_MS = { tcg: 300_000, kvm: 30_000 } as const;

export interface GuestRequest {
  readonly cache: Cache;
  readonly tools: ToolsTree;
  readonly kernel: KernelTree;
  readonly probe: Probe;
  /** The program to start; absent: `probe`. */
  readonly program?: GuestProgram;
  /** Its arguments. */
  readonly plan: readonly string[];
  /** Kernel modules to load beside those that every guest needs; what a kernel has not is left out. */
  readonly modules?: readonly string[];
  readonly accelerator: AcceleratorChoice;
  readonly limitMs: number;
  /** The guest is ended when it has said nothing, its console included, for so long, in milliseconds; absent: by its accelerator. */
  readonly silenceMs?: number;
  /** A crash is part of what is to be seen: it is no error. */
  readonly mayCrash?: boolean;
  /** Leave initramfs and console log in the cache, and say where. */
  readonly keep: boolean;
  readonly say: (line: string) => void;
  readonly onLine: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface GuestReport extends ConsoleLines {
  readonly accelerator: Accelerator;
  /** The whole console. */
  readonly consoleText: string;
  /** From the start of QEMU to the first result and to the end, in milliseconds of this machine. */
  readonly bootMs: number;
  readonly totalMs: number;
}

interface Attempt extends GuestReport {
  readonly end: GuestEnd;
}

/** Boots a guest and returns what it said. Throws when it hung or was ended; its console is in the message. */
export async function witnessGuest(request: GuestRequest): Promise<GuestReport> {
  return abortable(request.signal, () => guestInFolder(request));
}

async function guestInFolder(request: GuestRequest): Promise<GuestReport> {
  const folder = await request.cache.runFolder();
  try {
    const archive = await guestArchive(request.tools, request.kernel, request.probe, request.modules);
    const plan = planArchive([request.program ?? 'probe', ...request.plan]);
    await writeFile(join(folder, 'initramfs'), Buffer.concat([archive, plan]));
    const tries = await acceleratorsToTry(request.accelerator, request.cache);
    for (const accelerator of tries) {
      const last = accelerator === tries.at(-1);
      const attempt = await boot(request, folder, accelerator).catch((error: unknown) => {
        if (last || request.signal?.aborted === true) throw error;
        return undefined;
      });
      const silent = attempt === undefined || (attempt.lines.length === 0 && attempt.end !== 'aborted');
      if (silent && !last) {
        request.say('the guest says nothing under KVM: software emulation is used from now on');
        await rememberThatKvmFails(request.cache);
      } else if (attempt !== undefined) {
        requireEnd(attempt, request);
        return attempt;
      }
    }
    throw new WitnessError('setup', 'No accelerator to try.');
  } catch (error) {
    throw request.cache.inWords(error);
  } finally {
    if (request.keep) await keep(request, folder);
    else await rm(folder, { recursive: true, force: true });
  }
}

/** Under a name that no later run takes for something half made. */
async function keep({ cache, kernel, say }: GuestRequest, folder: string): Promise<void> {
  const place = cache.path(`kept-${kernel.release}-${process.pid}-${Date.now()}`);
  await rename(folder, place);
  say(`kept: ${place}\n`);
}

async function boot(request: GuestRequest, folder: string, accelerator: Accelerator): Promise<Attempt> {
  const consoleLog = join(folder, `console-${accelerator}.log`);
  const started = Date.now();
  let bootMs = 0;
  const reader = new ConsoleReader((line) => {
    if (bootMs === 0) bootMs = Date.now() - started;
    request.onLine(line);
  });
  request.say(`booting Linux ${request.kernel.release} (${accelerator})`);
  const end = await runGuest({
    tools: request.tools,
    accelerator,
    files: {
      kernelImage: request.kernel.image,
      initramfs: join(folder, 'initramfs'),
      consoleLog,
      pidFile: join(folder, PID_FILE),
    },
    limitMs: request.limitMs,
    silenceMs: request.silenceMs ?? SILENCE_MS[accelerator],
    onResult: (text) => reader.push(text),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  const consoleText = await readFile(consoleLog, 'latin1').catch(() => '');
  return { ...reader.result(), accelerator, consoleText, bootMs, totalMs: Date.now() - started, end };
}

/** What to say of a guest that is off; nothing when all is well. */
function offText(panic: string | undefined, lines: number): string {
  if (panic !== undefined) return `The guest crashed: ${panic}`;
  return lines === 0 ? 'The guest went off without a word.' : '';
}

function requireEnd({ end, lines, consoleText }: Attempt, { limitMs, mayCrash = false }: GuestRequest): void {
  if (end === 'aborted') throw interrupted();
  const panic = /(?:Kernel panic|Oops: ).*/.exec(consoleText)?.[0].trimEnd();
  const said = {
    off: offText(mayCrash ? undefined : panic, lines.length),
    limit: `The guest was ended: not done after ${Math.round(limitMs / 1000)} s.`,
    silence: 'The guest was ended: it hung.',
  }[end];
  if (said === '') return;
  throw new WitnessError(
    'guest',
    `${said}\nIts last result: ${lines.at(-1) ?? 'none'}\nThe end of its console:\n${consoleTail(consoleText)}`,
  );
}

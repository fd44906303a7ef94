/** One guest, from its files to what it said. */
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { acceleratorsToTry, rememberThatKvmFails, type AcceleratorChoice } from './accelerator.ts';
import type { Cache } from './cache.ts';
import { ConsoleReader, type ConsoleLines } from './console.ts';
import { guestArchive, planArchive } from './initramfs.ts';
import { consoleTail } from './kernel_log.ts';
import type { KernelTree } from './kernel_tree.ts';
import type { GuestProgram, Probe } from './probe_build.ts';
import { runGuest, type Accelerator, type GuestEnd } from './qemu.ts';
import type { ToolsTree } from './tools_tree.ts';
import { WitnessError } from './witness_error.ts';

/** A guest that says nothing for so long hangs, in milliseconds; emulated ones boot in 10 to 40 s, in 150 s under load. */
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
  const folder = await mkdtemp(request.cache.path(`run.partial-${process.pid}-`));
  try {
    const archive = await guestArchive(request.tools, request.kernel, request.probe, request.modules);
    const plan = planArchive([request.program ?? 'probe', ...request.plan]);
    await writeFile(join(folder, 'initramfs'), Buffer.concat([archive, plan]));
    const tries = await acceleratorsToTry(request.accelerator, request.cache);
    for (const accelerator of tries) {
      const attempt = await boot(request, folder, accelerator);
      const last = accelerator === tries.at(-1);
      if (attempt.lines.length === 0 && !last) {
        request.say('the guest says nothing under KVM: software emulation is used from now on');
        await rememberThatKvmFails(request.cache);
        continue;
      }
      requireEnd(attempt, request);
      return attempt;
    }
    throw new WitnessError('setup', 'No accelerator to try.');
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
    files: { kernelImage: request.kernel.image, initramfs: join(folder, 'initramfs'), consoleLog },
    limitMs: request.limitMs,
    silenceMs: SILENCE_MS[accelerator],
    onResult: (text) => reader.push(text),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  const consoleText = await readFile(consoleLog, 'latin1').catch(() => '');
  return { ...reader.result(), accelerator, consoleText, bootMs, totalMs: Date.now() - started, end };
}

function requireEnd({ end, lines, consoleText }: Attempt, { limitMs }: GuestRequest): void {
  const said = {
    off: lines.length === 0 ? 'The guest went off without a word.' : '',
    limit: `The guest was ended: not done after ${Math.round(limitMs / 1000)} s.`,
    silence: 'The guest was ended: it hung.',
    aborted: 'The guest was ended on request.',
  }[end];
  if (said === '') return;
  throw new WitnessError(
    'guest',
    `${said}\nIts last result: ${lines.at(-1) ?? 'none'}\nThe end of its console:\n${consoleTail(consoleText)}`,
  );
}

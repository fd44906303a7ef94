/** QEMU from the cache: its command line, and one run of it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ToolsTree } from './tools_tree.ts';
import { WitnessError } from './witness_error.ts';

export type Accelerator = 'tcg' | 'kvm';

/** What the guest's kernel is told. */
export const KERNEL_COMMAND_LINE = [
  'console=ttyS0',
  // Any panic or oops ends the guest at once, since QEMU is told not to reboot it.
  'panic=-1',
  'oops=panic',
  'nokaslr',
  'mitigations=off',
  // Warnings reach the console, notices do not.
  'loglevel=5',
  // Under load the emulated timer can fail the check of the interrupt controller.
  'no_timer_check',
].join(' ');

/** Bytes given to QEMU as memory sizes. */
const NVDIMM_SIZE = '512M';

export interface GuestFiles {
  readonly kernelImage: string;
  readonly initramfs: string;
  /** Where the guest's console goes. */
  readonly consoleLog: string;
  /** Where QEMU's process id is kept while it runs, for whoever must end it when this process cannot. */
  readonly pidFile: string;
}

/** QEMU's arguments. The console goes to a file, the second serial line, with the results, to standard output. */
export function qemuArguments(
  accelerator: Accelerator,
  firmware: string,
  files: Omit<GuestFiles, 'pidFile'>,
): string[] {
  const { kernelImage, initramfs, consoleLog } = files;
  const nvdimm = (index: number) => [
    '-object',
    `memory-backend-ram,id=nv${index},size=${NVDIMM_SIZE}`,
    '-device',
    `nvdimm,id=nvd${index},memdev=nv${index}`,
  ];
  return [
    ['-accel', accelerator === 'tcg' ? 'tcg,thread=multi' : 'kvm'],
    ['-machine', 'q35,nvdimm=on', '-cpu', 'max', '-smp', '2', '-m', '2G,slots=2,maxmem=8G'],
    nvdimm(0),
    nvdimm(1),
    ['-L', firmware],
    ['-nodefaults', '-no-user-config', '-display', 'none', '-vga', 'none', '-nic', 'none', '-no-reboot'],
    ['-serial', `file:${consoleLog}`, '-serial', 'stdio'],
    ['-kernel', kernelImage, '-initrd', initramfs, '-append', KERNEL_COMMAND_LINE],
  ].flat();
}

export interface GuestRun {
  readonly tools: ToolsTree;
  readonly accelerator: Accelerator;
  readonly files: GuestFiles;
  /** Ends the guest after this long, in milliseconds. */
  readonly limitMs: number;
  /** Ends the guest when neither a result nor anything on its console has come for this long, in milliseconds. */
  readonly silenceMs: number;
  readonly onResult: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** How a guest ended; what it said by then may be complete all the same. */
export type GuestEnd = 'off' | 'limit' | 'silence' | 'aborted';

/** Boots the guest and waits until it is off, or ends it, by its own process id. */
export async function runGuest(run: GuestRun): Promise<GuestEnd> {
  const [program, ...loaderArguments] = await run.tools.commandFor('qemu-system-x86_64');
  const firmware = join(run.tools.root, 'usr', 'share');
  const args = qemuArguments(run.accelerator, join(firmware, 'qemu'), run.files);
  const seabios = ['-L', join(firmware, 'seabios')];
  const qemu = spawn(program, [...loaderArguments, ...seabios, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, QEMU_MODULE_DIR: run.tools.qemuModules },
  });
  notePid(qemu, run.files.pidFile);
  return watch(qemu, run);
}

/** At once, and not to be failed for: without the file only a later run's clearing up has less to go by. */
function notePid({ pid }: ChildProcess, file: string): void {
  try {
    if (pid !== undefined) writeFileSync(file, `${pid}\n`);
  } catch {
    return;
  }
}

/** Bytes of a file, 0 while there is none. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

async function watch(qemu: ChildProcess, run: GuestRun): Promise<GuestEnd> {
  const how: { end: GuestEnd } = { end: 'off' };
  let complaint = '';
  const stop = (why: GuestEnd): void => {
    how.end = why;
    qemu.kill('SIGKILL');
  };
  const limit = setTimeout(stop, run.limitMs, 'limit');
  let heard = Date.now();
  let consoleSize = 0;
  const silence = setInterval(
    () => {
      const size = sizeOf(run.files.consoleLog);
      if (size !== consoleSize) heard = Date.now();
      consoleSize = size;
      if (Date.now() - heard > run.silenceMs) stop('silence');
    },
    Math.min(1000, run.silenceMs / 4),
  );
  const abort = (): void => stop('aborted');
  run.signal?.addEventListener('abort', abort);
  if (run.signal?.aborted === true) abort();
  try {
    qemu.stdout?.setEncoding('latin1').on('data', (text: string) => {
      heard = Date.now();
      run.onResult(text);
    });
    qemu.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    const status = await new Promise<number | null>((resolve, reject) => {
      qemu.on('error', reject);
      qemu.on('close', resolve);
    });
    // An interrupt of the terminal reaches QEMU as well, and may end it first.
    if (run.signal?.aborted === true) return 'aborted';
    if (status !== 0 && how.end === 'off') {
      throw new WitnessError('guest', `QEMU ended with status ${String(status)}:\n${complaint.trim()}`);
    }
    return how.end;
  } finally {
    clearTimeout(limit);
    clearInterval(silence);
    run.signal?.removeEventListener('abort', abort);
  }
}

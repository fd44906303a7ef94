/** What the guest boots into: its programs with their libraries, kernel modules, the probe and the plan. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpioArchive, type CpioEntry } from './cpio.ts';
import { builtInModules, findModules, guestModules } from './kernel_modules.ts';
import type { KernelTree } from './kernel_tree.ts';
import { GUEST_PROGRAMS as PROBE_PROGRAMS, type Probe } from './probe_build.ts';
import { runCommand } from './run_command.ts';
import type { ToolsTree } from './tools_tree.ts';
import { WitnessError } from './witness_error.ts';

/** Beside busybox, which is static. */
const GUEST_PROGRAMS = ['mkfs.ext4', 'mkfs.xfs', 'ndctl'];
/** Where the programs look for their loader, and the loader for libraries. */
const LOADER = 'lib64/ld-linux-x86-64.so.2';
const LIBRARY_FOLDER = 'lib/x86_64-linux-gnu';
const INIT = fileURLToPath(new URL('./probe/guest/init.sh', import.meta.url));

/** The parts that do not change from run to run of one kernel and one probe. */
export async function guestArchive(
  tools: ToolsTree,
  kernel: KernelTree,
  probe: Probe,
  moreModules: readonly string[] = [],
): Promise<Buffer> {
  const entries: CpioEntry[] = [
    await entry('init', INIT, true),
    await entry('bin/busybox', await tools.program('busybox'), true),
    ...(await Promise.all(
      PROBE_PROGRAMS.map(async (name) => entry(`probe/${name}`, probe.programs[name], true)),
    )),
    await entry('probe/gup_probe.ko', probe.module, false),
    ...(await programEntries(tools)),
    ...(await moduleEntries(tools, kernel, moreModules)),
  ];
  // Not compressed: an emulated processor takes longer to unpack it than it takes to copy.
  return cpioArchive(entries);
}

/** The part that says what to run: a program and its arguments. Follows the other part. */
export function planArchive(plan: readonly string[]): Buffer {
  return cpioArchive([{ path: 'plan', content: Buffer.from(`${plan.join(' ')}\n`), executable: false }]);
}

async function programEntries(tools: ToolsTree): Promise<CpioEntry[]> {
  const entries = [await entry(LOADER, tools.loader, true)];
  const libraries = new Set<string>();
  for (const name of GUEST_PROGRAMS) {
    const program = await tools.program(name);
    entries.push(await entry(`bin/${name}`, program, true));
    for (const library of await tools.librariesOf(program)) libraries.add(library);
  }
  for (const library of [...libraries].sort()) {
    entries.push(await entry(join(LIBRARY_FOLDER, basename(library)), library, false));
  }
  return entries;
}

async function moduleEntries(
  tools: ToolsTree,
  kernel: KernelTree,
  more: readonly string[],
): Promise<CpioEntry[]> {
  const found = await findModules(kernel.root, kernel.release);
  const builtIn = await builtInModules(kernel.root, kernel.release);
  const modules = await guestModules(found, builtIn, async (path) => decompress(tools, path), more);
  const needed = await guestModules(found, builtIn, async (path) => decompress(tools, path));
  const isNeeded = new Set(needed.map(({ name }) => name));
  return [
    loadList(
      'modules/order',
      modules.filter(({ name }) => isNeeded.has(name)),
    ),
    loadList(
      'modules/more',
      modules.filter(({ name }) => !isNeeded.has(name)),
    ),
    ...modules.map(({ name, object }) => ({
      path: guestModulePath(name).slice(1),
      content: object,
      executable: false,
    })),
  ];
}

/** What the guest loads, in order; it goes on without one of those in `more`. */
function loadList(path: string, modules: readonly { readonly name: string }[]): CpioEntry {
  const lines = modules.map(({ name }) => `${guestModulePath(name)}${parametersOf(name)}\n`);
  return { path, content: Buffer.from(lines.join('')), executable: false };
}

function guestModulePath(name: string): string {
  return `/modules/${name}.ko`;
}

/** Two RAM disks of 512 MiB (in units of 1 KiB) for the filesystems that go through the page cache. */
function parametersOf(name: string): string {
  return name === 'brd' ? ' rd_nr=2 rd_size=524288' : '';
}

async function decompress(tools: ToolsTree, path: string): Promise<Buffer> {
  const [program, ...args] = await tools.commandFor('xz');
  const result = await runCommand(program, [...args, '--decompress', '--stdout', path], {
    encoding: 'latin1',
  });
  if (result.status !== 0) throw new WitnessError('setup', `Cannot unpack ${path}: ${result.stderr.trim()}`);
  return Buffer.from(result.stdout, 'latin1');
}

async function entry(path: string, file: string, executable: boolean): Promise<CpioEntry> {
  return { path, content: await readFile(file), executable };
}

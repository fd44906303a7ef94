/** The probe, built for one kernel: the module against its headers, the program statically. */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cache } from './cache.ts';
import type { KernelTree } from './kernel_tree.ts';
import { mustRun } from './run_command.ts';
import type { ToolsTree } from './tools_tree.ts';

const SOURCES = fileURLToPath(new URL('./probe', import.meta.url));
const COMPILER = 'gcc-12';
/** What objtool, a program of the kernel's headers that runs on the host, needs and a host may not have. */
const OBJTOOL_LIBRARY = 'libelf.so.1';

/** `probe` makes the cells; `staged` asks about single facts and starts real users of memory. */
export const GUEST_PROGRAMS = ['probe', 'staged'] as const;
export type GuestProgram = (typeof GUEST_PROGRAMS)[number];

export interface Probe {
  /** Path of gup_probe.ko. */
  readonly module: string;
  /** Paths of the static programs. */
  readonly programs: Readonly<Record<GuestProgram, string>>;
  /** SHA-256 over all sources of module and program, in hex. */
  readonly sourcesDigest: string;
}

/** Builds what these sources and this kernel have not been built to yet. */
export async function buildProbe(
  cache: Cache,
  tools: ToolsTree,
  kernel: KernelTree,
  say: (line: string) => void,
): Promise<Probe> {
  const sourcesDigest = await digestOfSources();
  const kind = `probe-${kernel.release}`;
  const name = `${kind}-${sourcesDigest.slice(0, 12)}`;
  const folder = await cache.entry(name, async (aside) => {
    say('building the probe');
    await buildModule(aside, tools, kernel);
    for (const program of GUEST_PROGRAMS) await buildProgram(program, aside);
  });
  await cache.removeOlder(kind, name);
  const programs = { probe: join(folder, 'probe'), staged: join(folder, 'staged') };
  return { module: join(folder, 'gup_probe.ko'), programs, sourcesDigest };
}

async function buildModule(aside: string, tools: ToolsTree, kernel: KernelTree): Promise<void> {
  const work = join(aside, 'module');
  await mkdir(work);
  await copyFile(join(SOURCES, 'abi.h'), join(work, 'abi.h'));
  for (const file of await readdir(join(SOURCES, 'module'))) {
    await copyFile(join(SOURCES, 'module', file), join(work, file));
  }
  const libraries = join(aside, 'libraries');
  await mkdir(libraries);
  await symlink(
    join(tools.root, 'usr/lib/x86_64-linux-gnu', OBJTOOL_LIBRARY),
    join(libraries, OBJTOOL_LIBRARY),
  );
  await mustRun('Building the probe module', 'make', moduleArguments(kernel, work), {
    env: { LD_LIBRARY_PATH: libraries },
  });
  await copyFile(join(work, 'gup_probe.ko'), join(aside, 'gup_probe.ko'));
  await rm(work, { recursive: true });
  await rm(libraries, { recursive: true });
}

function moduleArguments({ headers, commonHeaders }: KernelTree, work: string): string[] {
  return [
    '-C',
    headers,
    // The headers' own Makefile includes this one by an absolute path, at which nothing is installed.
    '-f',
    join(commonHeaders, 'Makefile'),
    `M=${work}`,
    `CC=${COMPILER}`,
    // Type information would need pahole and the uncompressed kernel.
    'CONFIG_DEBUG_INFO_BTF_MODULES=',
    'modules',
  ];
}

/** The other programs are built from a folder of their own and all of the first one but its main.c. */
async function buildProgram(program: GuestProgram, aside: string): Promise<void> {
  const shared = await cFiles('program');
  const sources =
    program === 'probe'
      ? shared
      : [...shared.filter((file) => !file.endsWith('main.c')), ...(await cFiles(program))];
  await mustRun('Building the probe program', COMPILER, [
    '-std=gnu11',
    '-O2',
    '-Wall',
    '-Wextra',
    '-static',
    '-o',
    join(aside, program),
    ...sources,
  ]);
}

async function cFiles(folder: string): Promise<string[]> {
  const files = (await readdir(join(SOURCES, folder))).filter((file) => file.endsWith('.c')).sort();
  return files.map((file) => join(SOURCES, folder, file));
}

async function digestOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const files = (await readdir(SOURCES, { recursive: true }))
    .filter((file) => /\.[ch]$|Kbuild$/.test(file))
    .sort();
  for (const file of files) hash.update(file).update(await readFile(join(SOURCES, file)));
  return hash.digest('hex');
}

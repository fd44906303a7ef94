/** The few programs that the host itself must have: everything else is fetched into the cache. */
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { WitnessError } from './witness_error.ts';

export interface HostTool {
  /** Program names of which any will do, or absolute paths of which any may exist. */
  readonly anyOf: readonly string[];
  readonly debianPackage: string;
  readonly neededFor: string;
}

/** Kernel modules are built with the compiler that built the kernel: Debian 12's kernels say gcc-12. */
export const HOST_TOOLS: readonly HostTool[] = [
  { anyOf: ['apt-get'], debianPackage: 'apt', neededFor: 'fetching packages' },
  { anyOf: ['dpkg'], debianPackage: 'dpkg', neededFor: 'unpacking packages' },
  { anyOf: ['gcc-12'], debianPackage: 'gcc-12', neededFor: 'building the probe' },
  { anyOf: ['ld'], debianPackage: 'binutils', neededFor: 'building the probe' },
  { anyOf: ['make'], debianPackage: 'make', neededFor: 'building the probe module' },
  {
    anyOf: ['/usr/lib/x86_64-linux-gnu/libc.a', '/usr/lib/libc.a'],
    debianPackage: 'libc6-dev',
    neededFor: 'linking the probe program statically',
  },
];

/** Throws one error that names every missing tool, with one command that brings them all. */
export async function requireHostTools(path: string = process.env['PATH'] ?? ''): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new WitnessError(
      'setup',
      `witness needs Debian 12 or later on x86-64; this is ${process.platform} on ${process.arch}.`,
    );
  }
  const missing: HostTool[] = [];
  for (const tool of HOST_TOOLS) if (!(await present(tool, path))) missing.push(tool);
  if (missing.length > 0) throw new WitnessError('setup', missingText(missing));
}

/** One line for each tool, and the command. */
export function missingText(missing: readonly HostTool[]): string {
  const lines = missing.map(
    ({ anyOf, debianPackage, neededFor }) =>
      `  ${anyOf[0] ?? debianPackage}: for ${neededFor}, package ${debianPackage}`,
  );
  const packages = missing.map(({ debianPackage }) => debianPackage).join(' ');
  return [
    'Missing on this machine:',
    ...lines,
    `Install them with: apt-get install --no-install-recommends ${packages}`,
  ].join('\n');
}

async function present(tool: HostTool, path: string): Promise<boolean> {
  for (const name of tool.anyOf) {
    const candidates = name.startsWith('/')
      ? [name]
      : path.split(delimiter).map((folder) => join(folder, name));
    for (const candidate of candidates) if (await readable(candidate)) return true;
  }
  return false;
}

async function readable(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

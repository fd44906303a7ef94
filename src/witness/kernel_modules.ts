/** Kernel modules for the guest, with what each needs, in an order in which they can be loaded. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { WitnessError } from './witness_error.ts';

/**
 * What the guest asks for by name. Drivers for the NVDIMMs, the filesystems, RAM disks; and checksums that
 * the filesystems look up at run time, so that no dependency names them. A name of which a kernel has no
 * module is built in, or not needed by it, when it is in the second list.
 */
export const WANTED_MODULES: readonly string[] = ['nfit', 'nd_pmem', 'brd', 'ext4', 'xfs'];
export const OPTIONAL_MODULES: readonly string[] = ['crc32c_generic', 'crc32c_intel', 'dax_pmem', 'nd_btt'];

export interface KernelModule {
  readonly name: string;
  readonly path: string;
}

/** Module names with their dependencies, as the modules themselves say. */
export type Dependencies = (name: string) => Promise<readonly string[]>;

/** `nfit.ko`, `nfit.ko.xz` -> `nfit`; hyphens in file names are underscores in module names. */
export function moduleName(file: string): string | undefined {
  const stem = /^(.*)\.ko(?:\.xz)?$/.exec(basename(file))?.[1];
  return stem?.replaceAll('-', '_');
}

/** The names in a module's `.modinfo` section under `depends=`. */
export function dependsOf(object: Buffer): string[] {
  const at = object.indexOf('\0depends=');
  if (at < 0) return [];
  const start = at + '\0depends='.length;
  const text = object.subarray(start, object.indexOf('\0', start)).toString('latin1');
  return text === '' ? [] : text.split(',').map((name) => name.replaceAll('-', '_'));
}

/** Every wanted module and what it needs, each after all it needs. */
export async function loadOrder(wanted: readonly string[], dependencies: Dependencies): Promise<string[]> {
  const order: string[] = [];
  const under = new Set<string>();
  const visit = async (name: string): Promise<void> => {
    if (order.includes(name)) return;
    if (under.has(name)) throw new WitnessError('setup', `Kernel module ${name} depends on itself.`);
    under.add(name);
    for (const needed of await dependencies(name)) await visit(needed);
    order.push(name);
  };
  for (const name of wanted) await visit(name);
  return order;
}

/** All modules of an unpacked kernel by name. */
export async function findModules(
  kernelRoot: string,
  release: string,
): Promise<ReadonlyMap<string, KernelModule>> {
  const folder = join(kernelRoot, 'lib', 'modules', release, 'kernel');
  const modules = new Map<string, KernelModule>();
  for (const file of await readdir(folder, { recursive: true })) {
    const name = moduleName(file);
    if (name !== undefined) modules.set(name, { name, path: join(folder, file) });
  }
  return modules;
}

/**
 * The modules that the guest loads, with their objects, in load order. `decompress` turns .ko.xz into .ko; of the
 * names in `more` those that the kernel has no module for are left out.
 */
export async function guestModules(
  modules: ReadonlyMap<string, KernelModule>,
  builtIn: ReadonlySet<string>,
  decompress: (path: string) => Promise<Buffer>,
  more: readonly string[] = [],
): Promise<{ readonly name: string; readonly object: Buffer }[]> {
  const objects = new Map<string, Buffer>();
  const load = async (name: string): Promise<Buffer | undefined> => {
    const known = objects.get(name);
    if (known !== undefined) return known;
    const path = modules.get(name)?.path;
    if (path === undefined) return undefined;
    const object = path.endsWith('.xz') ? await decompress(path) : await readFile(path);
    objects.set(name, object);
    return object;
  };
  const missing = WANTED_MODULES.filter((name) => !modules.has(name) && !builtIn.has(name));
  if (missing.length > 0) {
    throw new WitnessError(
      'setup',
      `This kernel has no module ${missing.join(', ')}: it cannot run the guest.`,
    );
  }
  const wanted = [...OPTIONAL_MODULES, ...WANTED_MODULES, ...more].filter((name) => modules.has(name));
  const order = await loadOrder(wanted, async (name) => {
    const object = await load(name);
    return object === undefined ? [] : dependsOf(object);
  });
  return order.flatMap((name) => {
    const object = objects.get(name);
    return object === undefined ? [] : [{ name, object }];
  });
}

/** Names of modules that are part of the kernel image. */
export async function builtInModules(kernelRoot: string, release: string): Promise<ReadonlySet<string>> {
  const list = join(kernelRoot, 'lib', 'modules', release, 'modules.builtin');
  const text = await readFile(list, 'utf8').catch(() => '');
  return new Set(text.split('\n').flatMap((file) => moduleName(file) ?? []));
}

/** Packages to unpacked trees: one for QEMU and the guest's tools, one per kernel. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Apt } from './apt.ts';
import type { Cache } from './cache.ts';
import { kernelParts, TOOL_PACKAGES, type KernelChoice, type PackageInfo } from './packages.ts';
import { parseTree, type Tree } from './resolved.ts';
import { mustRun } from './run_command.ts';
import { systemErrorCode, WitnessError } from './witness_error.ts';

/** The tree with QEMU, its libraries and the guest's programs. */
export interface FetchedTools {
  readonly toolsRoot: string;
  /** `name version` of the packages, in name order: of the named tools here, not of what they depend on. */
  readonly packages: readonly string[];
}

export interface Fetched extends FetchedTools {
  /** Root of the tree with the kernel image, its modules and headers. */
  readonly kernelRoot: string;
}

/** Bytes set aside for what the archive does not declare: file system overhead, the guest image. */
const SPARE_BYTES = 100_000_000;

/**
 * Fetches and unpacks what is not in the cache yet. What was resolved once is used again without a network;
 * `refresh` asks the archive anew, and so does a cache whose trees are gone.
 */
export async function fetchPackages(
  cache: Cache,
  kernel: KernelChoice,
  refresh: boolean,
  say: (line: string) => void,
): Promise<Fetched> {
  const { toolsRoot, packages } = await fetchTools(cache, refresh, say);
  const tree = await fetchTree(cache, kernel.name, refresh, say, async (apt) => kernelClosure(apt, kernel));
  return {
    toolsRoot,
    kernelRoot: cache.path(tree.name),
    packages: [...packages, ...tree.packages.map(nameAndVersion)].sort(),
  };
}

/** The same for the tools alone. */
export async function fetchTools(
  cache: Cache,
  refresh: boolean,
  say: (line: string) => void,
): Promise<FetchedTools> {
  const tree = await fetchTree(cache, 'tools', refresh, say, async (apt) => apt.closure(TOOL_PACKAGES));
  const named = tree.packages.filter(({ name }) => TOOL_PACKAGES.includes(name));
  return { toolsRoot: cache.path(tree.name), packages: named.map(nameAndVersion).sort() };
}

async function fetchTree(
  cache: Cache,
  kind: string,
  refresh: boolean,
  say: (line: string) => void,
  resolve: (apt: Apt) => Promise<PackageInfo[]>,
): Promise<Tree> {
  const record = cache.path(`resolved-${kind}.json`);
  const known = refresh ? undefined : await readRecord(record);
  if (known !== undefined && (await cache.hasWhole(known.name))) return known;
  const apt = await Apt.open(cache, say);
  await apt.update();
  const packages = await resolve(apt);
  const tree = { name: treeName(kind, packages), packages };
  await unpack(cache, apt, tree, say);
  await writeRecord(record, tree);
  await cache.removeOlder(kind, tree.name);
  return tree;
}

/** A kernel from .deb files on this machine: image, headers, common headers and kbuild of one version. */
export async function unpackKernelFiles(cache: Cache, debs: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const deb of debs) hash.update(await readDeb(deb));
  return cache.entry(`kernel-files-${hash.digest('hex').slice(0, 12)}`, async (root) => {
    for (const deb of debs) await mustRun(`Unpacking ${basename(deb)}`, 'dpkg', ['-x', deb, root]);
  });
}

/** How every Debian package file begins: it is an archive of ar(1). */
const DEB_MARK = '!<arch>\ndebian-binary';

/** The bytes of a package file. Throws for a file that is not there or is none. */
async function readDeb(deb: string): Promise<Buffer> {
  const bytes = await readFile(deb).catch((error: unknown) => {
    throw new WitnessError('setup', `Cannot read ${deb}: ${systemErrorCode(error) ?? String(error)}.`);
  });
  if (bytes.subarray(0, DEB_MARK.length).toString('latin1') === DEB_MARK) return bytes;
  throw new WitnessError(
    'setup',
    `${deb} is not a Debian package file (.deb). --image and --headers take those: apt-get download brings them.`,
  );
}

async function kernelClosure(apt: Apt, kernel: KernelChoice): Promise<PackageInfo[]> {
  const closure = await apt.closure([kernel.imageMeta, kernel.headersMeta]);
  const parts = kernelParts(closure.map(({ name, version }) => [name, version]));
  const names = new Set(parts.map(([name]) => name));
  return closure.filter(({ name }) => names.has(name));
}

async function unpack(cache: Cache, apt: Apt, tree: Tree, say: (line: string) => void): Promise<void> {
  if (await cache.hasWhole(tree.name)) return;
  const bytes = tree.packages.reduce((total, { size, installedSize }) => total + size + installedSize, 0);
  await cache.requireSpace(bytes + SPARE_BYTES, `unpacking ${tree.name}`);
  await cache.entry(tree.name, async (root) => {
    // Inside the entry's own folder, so that it goes with it if anything fails.
    const debs = join(root, '.debs');
    await mkdir(debs);
    const paths = await apt.download(tree.packages, debs);
    for (const [index, path] of paths.entries()) {
      say(`unpacking packages: ${index + 1} of ${paths.length}`);
      await mustRun(`Unpacking ${basename(path)}`, 'dpkg', ['-x', path, root]);
    }
    await rm(debs, { recursive: true });
  });
}

/** The same packages in the same versions give the same name. */
function treeName(kind: string, packages: readonly PackageInfo[]): string {
  const hash = createHash('sha256');
  for (const { name, version, sha256 } of packages) hash.update(`${name} ${version} ${sha256}\n`);
  return `${kind}-${hash.digest('hex').slice(0, 12)}`;
}

function nameAndVersion({ name, version }: PackageInfo): string {
  return `${name} ${version}`;
}

async function readRecord(path: string): Promise<Tree | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseTree(text);
}

async function writeRecord(path: string, tree: Tree): Promise<void> {
  const aside = `${path}.partial-${process.pid}-`;
  await writeFile(aside, `${JSON.stringify(tree, undefined, 1)}\n`);
  await rename(aside, path);
}

/** From what the user asked for to all that a guest needs: checked, fetched, unpacked and built. */
import { basename } from 'node:path';
import type { AcceleratorChoice } from './accelerator.ts';
import { Cache, cacheFolder } from './cache.ts';
import { fetchPackages, fetchTools, unpackKernelFiles } from './fetch.ts';
import type { GuestRequest } from './guest.ts';
import { requireHostTools } from './host_tools.ts';
import { kernelName, kernelTree, type KernelTree } from './kernel_tree.ts';
import { KERNELS } from './packages.ts';
import { buildProbe } from './probe_build.ts';
import { abortable } from './run_command.ts';
import { ToolsTree } from './tools_tree.ts';
import { WitnessError } from './witness_error.ts';

/** A kernel by its name, or by the package files of its image, its headers and what those need. */
export type KernelRequest = string | { readonly debs: readonly string[] };

/** What every kind of run can be told. */
export interface GuestOptions {
  /** linux-6.1 or linux-6.12 for Debian's newest build of it, or the .deb files of any other kernel. */
  readonly kernel: KernelRequest;
  /** The cache folder; absent: `$XDG_CACHE_HOME/gup-vs-hmm`. */
  readonly cache?: string;
  readonly accelerator?: AcceleratorChoice;
  /** Ask the archive for newer packages, although the cache has some. */
  readonly refresh?: boolean;
  readonly keep?: boolean;
  /** The guest is ended after so long, in milliseconds of this machine. */
  readonly limitMs?: number;
  /** What is being done, for a terminal: each call replaces the line before it. */
  readonly say?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** A guest that can be booted with any plan, and the name and origin of its kernel. */
export interface Prepared {
  /** The kernel's name in the project: linux-6.1. */
  readonly name: string;
  /** `name version` of the packages. */
  readonly packages: readonly string[];
  readonly request: Omit<GuestRequest, 'plan' | 'onLine'>;
}

const LIMIT_MS = 600_000;

/** Throws a WitnessError for what is missing, cannot be fetched or built, and when the user stops it. */
export async function prepare(options: GuestOptions): Promise<Prepared> {
  return abortable(options.signal, () => prepared(options));
}

async function prepared(options: GuestOptions): Promise<Prepared> {
  const say = options.say ?? (() => undefined);
  await requireHostTools();
  const cache = await Cache.open(cacheFolder(options.cache));
  const { name, tools, kernel, packages } = await fetchAll(cache, options, say);
  const probe = await buildProbe(cache, tools, kernel, say);
  const request = {
    ...{ cache, tools, kernel, probe, say },
    accelerator: options.accelerator ?? 'auto',
    limitMs: options.limitMs ?? LIMIT_MS,
    keep: options.keep ?? false,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  return { name, packages, request };
}

interface Parts {
  readonly name: string;
  readonly tools: ToolsTree;
  readonly kernel: KernelTree;
  readonly packages: readonly string[];
}

async function fetchAll(
  cache: Cache,
  { kernel, refresh = false }: GuestOptions,
  say: (line: string) => void,
): Promise<Parts> {
  if (typeof kernel !== 'string') {
    const { toolsRoot, packages } = await fetchTools(cache, refresh, say);
    const tree = await kernelTree(await unpackKernelFiles(cache, kernel.debs));
    const files = kernel.debs.map((deb) => basename(deb));
    const name = kernelName(tree.release);
    return { name, tools: new ToolsTree(toolsRoot), kernel: tree, packages: [...packages, ...files].sort() };
  }
  const choice = KERNELS.find(({ name }) => name === kernel);
  if (choice === undefined) {
    const known = KERNELS.map(({ name }) => name).join(', ');
    throw new WitnessError(
      'setup',
      `No kernel named ${kernel}. Known: ${known}; any other by --image and --headers.`,
    );
  }
  const { toolsRoot, kernelRoot, packages } = await fetchPackages(cache, choice, refresh, say);
  const tree = await kernelTree(kernelRoot);
  if (kernelName(tree.release) !== kernel) {
    throw new WitnessError(
      'setup',
      `The package sources of this machine have Linux ${tree.release} as ${choice.imageMeta}: ${kernel} is in those of Debian 12.`,
    );
  }
  return { name: kernel, tools: new ToolsTree(toolsRoot), kernel: tree, packages };
}

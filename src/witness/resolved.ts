/** What apt answered last time: kept in the cache so that a later run needs no network. */
import { z } from 'zod';
import type { PackageInfo } from './packages.ts';

/** One unpacked folder of the cache and the packages in it. */
export interface Tree {
  /** Name of the cache entry. */
  readonly name: string;
  readonly packages: readonly PackageInfo[];
}

const tree = z.object({
  name: z.string().min(1),
  packages: z
    .array(
      z.object({
        name: z.string(),
        version: z.string(),
        size: z.number(),
        installedSize: z.number(),
        sha256: z.string(),
      }),
    )
    .min(1),
});

/** Undefined for a text of another shape, such as one that an older version wrote: it is then made anew. */
export function parseTree(text: string): Tree | undefined {
  try {
    return tree.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The committed observations: what real kernels were seen to do, one file per kernel. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Observation } from './cell.ts';
import { parseObservation } from './observation_json.ts';

const FOLDER = new URL('./observations/', import.meta.url);

/** Names of the kernels that were observed, for example linux-6.1. */
export function observedKernels(): string[] {
  return readdirSync(FOLDER)
    .flatMap((file) => /^(linux-.*)\.json$/.exec(file)?.[1] ?? [])
    .sort();
}

export function committedObservation(kernel: string): Observation {
  const file = `${kernel}.json`;
  return parseObservation(readFileSync(new URL(file, FOLDER), 'utf8'), `observations/${file}`);
}

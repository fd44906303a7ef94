/** The committed observations of side effects, one file per kernel. */
import { readFileSync } from 'node:fs';
import { parseSideEffects } from './side_effects_json.ts';
import type { SideEffects } from './side_effect.ts';

const FOLDER = new URL('./observations/', import.meta.url);

/** `kernel`: linux-6.1 or linux-6.12. Throws for any other. */
export function committedSideEffects(kernel: string): SideEffects {
  const file = `side_effects-${kernel}.json`;
  return parseSideEffects(readFileSync(new URL(file, FOLDER), 'utf8'), `observations/${file}`);
}

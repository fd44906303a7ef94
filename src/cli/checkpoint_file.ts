/** The file of `--checkpoint`: read at the start if it is there, replaced now and then. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Checkpoints } from '../explore/explore.ts';
import { UsageError } from './usage_error.ts';

/** Between two writings, at least: a kill costs no more than this much work, */
const INTERVAL_MS = 20_000;
/** or than as many times what a writing takes, which grows with the search. */
const WRITINGS = 20;

/** Throws UsageError for a file that cannot be read, and when one cannot be written. */
export function checkpointsIn(file: string): Checkpoints {
  let written = performance.now();
  let begun = written;
  let took = 0;
  return {
    earlier: existsSync(file) ? attempt('read', file, () => readFileSync(file)) : null,
    due: () => {
      begun = performance.now();
      return begun - written > Math.max(INTERVAL_MS, WRITINGS * took);
    },
    save(bytes) {
      attempt('write', file, () => {
        replaceFile(file, bytes);
      });
      written = performance.now();
      took = written - begun;
    },
  };
}

/** Written aside, on the medium, then renamed: whoever reads it finds the old one or the new one. */
function replaceFile(file: string, bytes: Uint8Array): void {
  const aside = `${file}.${process.pid}.part`;
  const descriptor = openSync(aside, 'w');
  try {
    writeFileSync(descriptor, bytes);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(aside, file);
}

function attempt<T>(what: string, file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--checkpoint: cannot ${what} ${file}: ${reason}`);
  }
}

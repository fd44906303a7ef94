#!/usr/bin/env node
/** The `gup-vs-hmm` command: words -> invocation -> backend (in a thread) -> outcome -> streams and exit code. */
import type { Backend } from './backend.ts';
import { start } from './start.ts';

await start(import.meta.url, loadBackend);

/** Loaded when a command simulates, and not to print a help text. */
async function loadBackend(): Promise<Backend> {
  const { simulator } = await import('./simulator.ts');
  return simulator;
}

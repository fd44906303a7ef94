#!/usr/bin/env node
/** The `gup-vs-hmm` command: words -> invocation -> backend (in a thread) -> outcome -> streams and exit code. */
import type { Backend } from './backend.ts';
import { start } from './start.ts';
import { UsageError } from './usage_error.ts';

await start(import.meta.url, loadBackend);

/** Loaded when a command simulates, and not to print a help text. */
function loadBackend(): Promise<Backend> {
  return Promise.reject(new UsageError('this build has no simulator: only report, verify and schema work'));
}

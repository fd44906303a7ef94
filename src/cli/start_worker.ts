/** A module as a worker thread, whether it was compiled or is TypeScript still. */
import { Worker } from 'node:worker_threads';

/** `entry` is a file URL. Sources in TypeScript need tsx in the worker too: Node 20 does not hand its loaders on. */
export function startWorker(entry: string, workerData: unknown): Worker {
  if (!entry.endsWith('.ts')) return new Worker(new URL(entry), { workerData });
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const code = `import(${loader}).then((tsx) => { tsx.register(); return import(${JSON.stringify(entry)}); });`;
  return new Worker(code, { eval: true, workerData });
}

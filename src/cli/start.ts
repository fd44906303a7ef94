/** What an executable module does: in the main thread it is the command line, in a worker the simulator. */
import type { Backend } from './backend.ts';
import { EXIT } from './exit_code.ts';
import { message } from './failure.ts';
import { gupVsHmm } from './gup_vs_hmm.ts';
import { nodeHost } from './node_host.ts';
import { serveTask } from './task_thread.ts';

/** `entry` is the module's own import.meta.url. The exit code is set, not forced: output still pending is written. */
export async function start(entry: string, loadBackend: () => Promise<Backend>): Promise<void> {
  if (await serveTask(loadBackend)) return;
  if (!hasDirectory()) {
    process.exitCode = EXIT.usage;
    process.stderr.write(`${message('the current directory is gone; change to one that exists')}\n`);
    return;
  }
  process.exitCode = await gupVsHmm(process.argv.slice(2), nodeHost(entry, loadBackend));
}

/** False when somebody has removed the directory that the process was started in: Node itself fails in many places then. */
function hasDirectory(): boolean {
  try {
    process.cwd();
    return true;
  } catch {
    return false;
  }
}

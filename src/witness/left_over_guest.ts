/** The QEMU of a run that was killed before it could end it. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a process may take to go once it got SIGKILL, in steps of 50 ms. */
const STEPS = 40;

/**
 * Ends the process whose id `pidFile` holds, if it is the one of that run: its command line names the run's folder, which no
 * other process's does. Anything else, such as another process that got the number since, is left alone.
 */
export async function endLeftOverGuest(runFolder: string, pidFile: string): Promise<void> {
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).trim());
  if (!Number.isInteger(pid) || pid <= 1) return;
  for (let step = 0; step < STEPS && (await commandLineOf(pid)).includes(runFolder); step++) {
    if (step === 0) process.kill(pid, 'SIGKILL');
    await sleep(50);
  }
}

/** Empty when there is no such process. */
async function commandLineOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}

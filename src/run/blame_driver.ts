/**
 * Whose bug it is when a run throws: ours, or that of a driver of the user's own.
 */
import type { Driver } from '../drivers/driver.ts';
import { positionName } from '../machine/code.ts';
import { InputError } from '../workload/input_error.ts';
import type { Session } from './session.ts';

/** An exception while a system is built with a driver of the user's own is the driver's. */
export function blamingBuild<T>({ file }: Driver, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (file === undefined || !(error instanceof Error)) throw error;
    throw new InputError({ file, problem: `cannot be built: ${error.message}` }, { cause: error });
  }
}

/** An exception under a driver of the user's own is the driver's: it is told where it happened. */
export function blamingDriver<T>(session: Session, body: () => T): T {
  const { file } = session.system.driver;
  if (file === undefined) return body();
  try {
    return body();
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { m } = session.system;
    const where = m.frames(m.current).length === 0 ? 'user space' : positionName(m.position(m.current));
    const op = session.currentOp(m.current);
    const during = op < 0 ? session.taskName(m.current) : `operation ${op}`;
    const text = error instanceof Error ? error.message : String(error);
    throw new InputError(
      { file, problem: `the driver failed in the step that begins at '${where}', during ${during}: ${text}` },
      { cause: error },
    );
  }
}

/** What a command is given besides its arguments. */
import type { TerminalStyle } from '../report/index.ts';
import type { Attention, Backend } from './backend.ts';

export interface CommandContext extends Attention {
  /** The simulator, loaded when a command needs it and not before. */
  readonly loadBackend: () => Promise<Backend>;
  /** Fires when the user wants to stop: for commands that wait for other programs. */
  readonly abort?: AbortSignal;
  /** For results in terminal format. */
  readonly style: TerminalStyle;
}

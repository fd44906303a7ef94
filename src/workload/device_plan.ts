/**
 * A device plan: what a device does beside a program that knows nothing of it.
 *
 * A log of a real program holds no device calls. The plan says which of the program's mappings a device is
 * given, when it reads or writes them, and how long a pin on them is held. Every report prints it.
 */

/**
 * How long the driver keeps what it holds:
 * `io` for one transfer, `munmap` until the program unmaps the range, `exit` until the process ends,
 * `never` beyond that (another process holds it).
 */
export type Hold = 'io' | 'munmap' | 'exit' | 'never';

export const HOLDS = ['io', 'munmap', 'exit', 'never'] as const satisfies readonly Hold[];

export interface DevicePlan {
  /** Mappings the device is given: shared ones, or private ones too. */
  readonly mappings: 'shared' | 'all';
  /** Device access; `mapping` writes where the mapping is writable and reads elsewhere. */
  readonly access: 'read' | 'write' | 'mapping';
  /** A transfer is started before each call that can remove blocks of an attached file, or never. */
  readonly transfer: 'before_removal' | 'never';
  /** Pages of one transfer at most, from the start of the region. */
  readonly transferPages: number;
  readonly hold: Hold;
}

export const DEFAULT_DEVICE_PLAN: DevicePlan = {
  mappings: 'shared',
  access: 'mapping',
  transfer: 'before_removal',
  transferPages: 16,
  hold: 'munmap',
};

/** One sentence per decision, for reports. */
export function describeDevicePlan(plan: DevicePlan): string[] {
  const held: Record<Hold, string> = {
    io: 'for one transfer',
    munmap: 'until the program unmaps the range',
    exit: 'until the process exits',
    never: 'for ever',
  };
  return [
    `the device is given every ${plan.mappings === 'shared' ? 'shared ' : ''}file mapping, up to end of file`,
    plan.access === 'mapping'
      ? 'it writes where the mapping is writable and reads elsewhere'
      : `it only ${plan.access}s`,
    plan.transfer === 'never'
      ? 'it starts no transfer'
      : `it starts a transfer of at most ${plan.transferPages} pages before each call that can remove blocks`,
    `what it holds is held ${held[plan.hold]}`,
  ];
}

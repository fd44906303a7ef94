/**
 * a path of a system call -> steps on the kernel's state -> events: the model of Linux.
 */
export { errnoName } from './errno.ts';
export type { KernelEvent, NotifierEvent, StampedEvent } from './event.ts';
export { fact, FACTS, NOT_MODELLED } from './facts/index.ts';
export { type Capacities, Kernel } from './kernel.ts';
export { RELEASES, releaseNamed } from './release/releases.ts';
export type { Release, Rules } from './release/rules.ts';

/**
 * kernel + device -> a system with a driver loaded: the contract, and the backends that come with the project.
 */
export type { Driver, KnownBreak } from './driver.ts';
export { driverNamed, DRIVERS } from './drivers.ts';
export type { DriverKit } from './kit.ts';
export { System } from './system.ts';

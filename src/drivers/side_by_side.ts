/**
 * Several drivers on one kernel: region 0 is the first one's, region 1 the second one's, and every region from the last one on the
 * last one's. What a pin of one driver does to the mirror of another is seen this way.
 *
 * Each call is passed on by the number of its region. One of the drivers at most may subscribe to whole address spaces
 * (struct mmu_notifier), since the model keeps one such subscription for each address space.
 */
import type { Path } from '../machine/program.ts';
import type { InvalidateLocals } from '../kernel/kernel.ts';
import type { Driver, KnownBreak } from './driver.ts';
import { path, type System } from './system.ts';

type Passed = 'region' | 'start' | 'end' | 'event' | 'seq' | 'va' | 'write';

/** A path that calls the one of `bodies` that the region's number names; a null cannot be asked for. */
function byRegion<const L extends Passed>(
  name: string,
  locals: readonly L[],
  bodies: readonly Path<System, L>[],
): Path<System, L> {
  const last = bodies.length - 1;
  return path(name, locals, ({ branch, call, mark, ret }) =>
    bodies.flatMap((body, index) => [
      ...(index === last
        ? []
        : [
            branch(
              `not region ${index}`,
              (_k, f) => (f as Record<'region', number>).region !== index,
              `${index}`,
            ),
          ]),
      call(
        body,
        (_k, f, callee) => {
          for (const local of locals) (callee as Record<string, number>)[local] = f[local];
        },
        `driver of region ${index}`,
      ),
      ret((k) => k.ret),
      ...(index === last ? [] : [mark(`${index}`)]),
    ]),
  );
}

/** Invariants that one of the drivers at least gives up, each once. */
function knownBreaks(drivers: readonly Driver[]): readonly KnownBreak[] {
  const found = new Map<string, KnownBreak>();
  for (const { breaks } of drivers) {
    for (const known of breaks) {
      const before = found.get(known.invariant);
      const facts = [...new Set([...(before?.facts ?? []), ...known.facts])];
      // One that gives it up on every kernel does so beside the others too.
      const rule = before === undefined || before.rule === known.rule ? known.rule : undefined;
      found.set(known.invariant, {
        ...{ invariant: known.invariant, facts },
        ...(rule === undefined ? {} : { rule }),
      });
    }
  }
  return [...found.values()];
}

function invalidateOf(name: string, drivers: readonly Driver[]): Driver['invalidate'] {
  const own = drivers.flatMap(({ invalidate }) => (invalidate === null ? [] : [invalidate]));
  const [first] = own;
  if (first === undefined) return null;
  if (own.every((one) => one === first)) return first;
  // A region whose driver has no callback never registers one: which path stands there does not matter.
  const bodies = drivers.map(({ invalidate }) => invalidate ?? first);
  const locals: readonly InvalidateLocals[] = ['region', 'start', 'end', 'event', 'seq'];
  return byRegion(`${name} invalidate`, locals, bodies);
}

/** Throws RangeError for no drivers, and for two that subscribe to whole address spaces each in its own way. */
export function sideBySide(drivers: readonly Driver[]): Driver {
  const [first] = drivers;
  if (first === undefined) throw new RangeError('side by side: no driver is named');
  if (drivers.every((driver) => driver === first)) return first;
  const name = drivers.map((driver) => driver.name).join('+');
  const subscribing = [...new Set(drivers.flatMap(({ notifier_ops }) => notifier_ops ?? []))];
  if (subscribing.length > 1)
    throw new RangeError(`${name}: only one driver may subscribe to whole address spaces`);
  const [notifier_ops] = subscribing;
  return {
    name,
    title: `side by side, one region each: ${drivers.map((driver) => driver.name).join(', ')}`,
    attach: byRegion(
      `${name} attach`,
      ['region'],
      drivers.map(({ attach }) => attach),
    ),
    detach: byRegion(
      `${name} detach`,
      ['region'],
      drivers.map(({ detach }) => detach),
    ),
    begin_transfer: byRegion(
      `${name} begin_transfer`,
      ['region'],
      drivers.map((one) => one.begin_transfer),
    ),
    device_fault: byRegion(
      `${name} device_fault`,
      ['region', 'va', 'end', 'write'],
      drivers.map(({ device_fault }) => device_fault),
    ),
    end_transfer: byRegion(
      `${name} end_transfer`,
      ['region'],
      drivers.map((one) => one.end_transfer),
    ),
    invalidate: invalidateOf(name, drivers),
    ...(notifier_ops === undefined ? {} : { notifier_ops }),
    breaks: knownBreaks(drivers),
  };
}

/**
 * A private copy belongs to its process: nobody else's writes show in it, it goes only when the process gives it up, and the
 * process stays on a copy that its device uses.
 *
 * The part of I5 that a pin does not break: COW gone wrong is a bug under every driver that says what it holds (K193, K194).
 * A plain reference (FOLL_GET) does not say so, and fork shares the page.
 */
import type { KernelEvent, StampedEvent } from '../kernel/event.ts';
import { COUNTER } from '../kernel/kernel.ts';
import { pte_pfn } from '../kernel/mm/pgtable.ts';
import { REGION, type System } from '../drivers/system.ts';
import type { Session } from '../run/session.ts';
import type { Invariant } from './invariant.ts';

type Moved = Extract<KernelEvent, { type: 'private_copy_moved' }>;

/** Paths that unmap pages of a file and leave private copies alone (K46, K173). */
const SPARING: ReadonlySet<string> = new Set([
  'dax_layout_busy_page',
  'truncate_pagecache_range',
  'invalidate_inode_pages2_range',
  'dax_iomap_pte_fault',
]);

/** True when a device of the address space holds one of the frames that the write moved away from. */
function heldByDevice(k: System, { mm, va, pages, pfn }: Moved): boolean {
  const count = k.counters.get(0, COUNTER.regions);
  for (let region = 0; region < count; region++) {
    if (k.regions.get(region, REGION.used) === 0 || k.regions.get(region, REGION.mm) !== mm) continue;
    for (let at = k.device_ptes.nextNonZero(region, va, va + pages); at < va + pages; at++) {
      const held = k.device_ptes.get(region, at);
      if (held !== 0 && pte_pfn(held) === pfn + at - va) return true;
    }
  }
  return false;
}

function privateCopies(session: Session, { task, event }: StampedEvent): string | null {
  switch (event.type) {
    case 'private_access': {
      if (event.value === event.expected) return null;
      const who = event.device ? 'the device' : 'the CPU';
      return `${who} read ${event.value} from the private copy at page ${event.va} of address space ${event.mm}, where ${event.expected} was written`;
    }
    case 'private_copy_moved':
      if (!event.pinned && !heldByDevice(session.system, event)) return null;
      return `a write moved address space ${event.mm} off page ${event.va}, whose frame ${event.pfn} its device uses`;
    case 'private_copies_zapped': {
      const path = session.system.m.frames(task).find((frame) => SPARING.has(frame.path))?.path;
      if (path === undefined) return null;
      return `${path} took private copies at page ${event.from} away from address space ${event.mm}`;
    }
    default:
      return null;
  }
}

export const privateCopiesStay: Invariant = {
  id: 'private_copies',
  title: 'a private copy shows its own process its own writes, until the process gives it up',
  facts: ['K46', 'K73', 'K173', 'K193', 'K194'],
  onEvent: privateCopies,
};

/**
 * What the generator believes after an operation that it has added.
 */
import type { Operation } from '../workload/operation.ts';
import type { World } from './world.ts';

/** How `World.open` names a descriptor of a task. */
export const descriptor = (task: number, file: number): string => `${task} ${file}`;

/** What the generator believes after an operation. */
export function follow(world: World, op: Operation, task: number): void {
  const mm = world.spaces[task] as number;
  switch (op.kind) {
    case 'open':
    case 'open_trunc':
      world.open.add(descriptor(task, op.file));
      return;
    case 'close':
      world.open.delete(descriptor(task, op.file));
      return;
    case 'insert':
      world.inserts[op.file] = (world.inserts[op.file] as number) + 1;
      return;
    case 'mmap': {
      const { from, to, file, shared, writable, sync = false } = op;
      world.mappings.push({ mm, from, to, file, shared, writable, sync });
      return;
    }
    case 'munmap':
      // What is left of a mapping that was cut is not used again, except by regions that were attached to it.
      forgetMappings(world, mm, op.from, op.to);
      return;
    case 'mremap':
      moveMapping(world, mm, op.from, op.to, op.newFrom, op.newTo);
      return;
    case 'attach': {
      const { region, from, to, writable } = op;
      world.regions.push({ index: region, task, mm, from, to, writable });
      world.owners.set(region, task);
      return;
    }
    case 'detach':
      world.regions.splice(
        world.regions.findIndex((region) => region.index === op.region),
        1,
      );
      return;
    case 'madvise_dontfork':
      for (const mapping of world.mappings)
        if (mapping.mm === mm && mapping.from < op.to && mapping.to > op.from) mapping.dontfork = true;
      return;
    case 'fork':
      followFork(world, task);
      return;
    case 'exit':
      world.exited.add(task);
      return;
    default:
      return;
  }
}

/** The child has the mappings and the descriptors of the task that forked. */
function followFork(world: World, task: number): void {
  const mm = world.spaces[task] as number;
  const child = Math.max(...world.spaces) + 1;
  const copies = world.mappings.filter((mapping) => mapping.mm === mm && mapping.dontfork !== true);
  world.mappings.push(...copies.map((mapping) => ({ ...mapping, mm: child })));
  world.files.forEach((_, file) => {
    if (world.open.has(descriptor(task, file))) world.open.add(descriptor(world.spaces.length, file));
  });
  world.spaces.push(child);
}

function forgetMappings(world: World, mm: number, from: number, to: number): void {
  for (let index = world.mappings.length - 1; index >= 0; index--) {
    const mapping = world.mappings[index] as (typeof world.mappings)[number];
    if (mapping.mm === mm && mapping.from < to && mapping.to > from) world.mappings.splice(index, 1);
  }
}

function moveMapping(
  world: World,
  mm: number,
  from: number,
  to: number,
  newFrom: number,
  newTo: number,
): void {
  const moved = world.mappings.find(
    (mapping) => mapping.mm === mm && mapping.from === from && mapping.to === to,
  );
  forgetMappings(world, mm, from, to);
  if (moved !== undefined) world.mappings.push({ ...moved, from: newFrom, to: newTo });
}

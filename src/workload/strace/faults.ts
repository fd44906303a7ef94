/**
 * Page faults of data, which perf trace shows: which mapping of the process was touched, at which page.
 *
 * perf names the file and the offset, not the address; so the mapping is known if the process has only one that shows
 * that page of the file.
 */
import type { Mapping } from './address_space.ts';
import { isDataPath } from './file_object.ts';
import type { FileObject } from './file_object.ts';
import type { PageFault } from './records.ts';
import type { Thread, World } from './world.ts';

const PAGE_SHIFT = 12n;
const DELETED = ' (deleted)';

export function applyFault(world: World, pid: number, { major, path, at }: PageFault, line: number): void {
  const thread = world.thread(pid);
  const page = Number(at >> PAGE_SHIFT);
  if (path === undefined) {
    const [mapping] = thread.mm.within(page, page + 1);
    const isData = mapping?.file.isModelled === true;
    world.emit(thread, line, { kind: 'fault', major, isData, mapping, page });
    if (isData) countUnknownAccess(world, thread, mapping, line);
    return;
  }
  const file = path.endsWith(DELETED) ? path.slice(0, -DELETED.length) : path;
  const isData = isDataPath(file, world.names.dataPrefix);
  const showing = isData ? mappingsOf(world, thread, file, page) : [];
  const [mapping] = showing.length === 1 ? showing : [];
  const address = mapping === undefined ? 0 : mapping.from + (page - mapping.pgoff);
  world.emit(thread, line, { kind: 'fault', major, isData, mapping, page: address });
  if (!isData) return;
  if (mapping !== undefined) countUnknownAccess(world, thread, mapping, line);
  else {
    const name = showing.length === 0 ? 'fault:mapping_unknown' : 'fault:several_mappings';
    world.emit(thread, line, { kind: 'not_modelled', name });
  }
}

/** The log does not print whether the access was a write, which a writable mapping allows. */
function countUnknownAccess(world: World, thread: Thread, mapping: Mapping, line: number): void {
  if (mapping.writable)
    world.emit(thread, line, { kind: 'not_modelled', name: 'fault:read_or_write_not_printed' });
}

/**
 * The thread's mappings that show the page of the file. A mapping whose descriptor was never named counts if it is the
 * only one that can be meant; that is how it gets its name.
 */
function mappingsOf(world: World, thread: Thread, path: string, page: number): Mapping[] {
  const named = world.names.find(path);
  const known = thread.mm.showing(page, ({ file, path: name }) => file === named || name === path);
  if (known.length > 0) return known;
  const nameless = thread.mm.showing(page, ({ file }) => file.openedOn !== undefined && !file.isProgram);
  const files = new Set<FileObject>(nameless.map((mapping) => mapping.file));
  const [only] = files;
  if (files.size === 1 && only !== undefined) world.names.learn(only, path);
  return [];
}

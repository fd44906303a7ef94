/**
 * Calls that change the mappings of an address space.
 */
import type { Mapping } from './address_space.ts';
import type { CallContext, Handler } from './call_context.ts';
import * as C from './constants.ts';
import { decodeAddress, decodeFlags, decodeOffset, decodeWord } from './decode.ts';
import type { FileObject } from './file_object.ts';
import { isModelledAdvice } from './operations.ts';

const PAGE_SHIFT = 12n;

/** Pages a length covers, rounded up. */
function pagesOf(length: bigint): number {
  return Number((length + 4095n) >> PAGE_SHIFT);
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The pages that an address and a length argument name. */
function range(context: CallContext, addressIndex: number, lengthIndex: number): Range {
  const from = Number(decodeAddress(context.arg(addressIndex)) >> PAGE_SHIFT);
  return { from, to: from + pagesOf(decodeAddress(context.arg(lengthIndex))) };
}

function mappedFile(context: CallContext, anonymous: boolean): FileObject | undefined {
  return anonymous ? undefined : context.open(4, true)?.file;
}

/** First page of the new mapping: where it was put, or would have been. */
function mmapAddress(context: CallContext, flags: number, pages: number): number {
  if (context.ok) return Number(decodeAddress(context.call.result.value) >> PAGE_SHIFT);
  const fixed = (flags & (C.MAP_FIXED | C.MAP_FIXED_NOREPLACE)) !== 0;
  return fixed ? range(context, 0, 1).from : context.thread.mm.addressForFailed(pages);
}

const mmap: Handler = (context) => {
  const { mm } = context.thread;
  const flags = decodeFlags(context.arg(3), C.MAP_FLAGS);
  const anonymous = (flags & C.MAP_ANONYMOUS) !== 0;
  const file = mappedFile(context, anonymous);
  const pages = pagesOf(decodeAddress(context.arg(1)));
  const from = mmapAddress(context, flags, pages);
  const to = from + pages;
  const pgoff = anonymous ? 0 : Number(decodeOffset(context.arg(5)) >> PAGE_SHIFT);
  const shared = (flags & C.MAP_TYPE & C.MAP_SHARED) !== 0;
  const writable = (decodeFlags(context.arg(2), C.PROT_FLAGS) & C.PROT_WRITE) !== 0;
  if (context.ok) {
    // Without MAP_FIXED the kernel gives free addresses only: what the state still has there is being unmapped.
    const parts = mm.remove(from, to, Number.POSITIVE_INFINITY);
    if (parts.length > 0) context.emit({ kind: 'unmap', from, to, parts, fixed: true });
  }
  const sync = (flags & C.MAP_TYPE) === C.MAP_SHARED_VALIDATE && (flags & C.MAP_SYNC) !== 0;
  context.emit({ kind: 'map', mm, from, to, file, anonymous, pgoff, shared, writable, sync, flags });
  if (!context.ok || file?.hasPath !== true) return;
  if ((flags & C.MAP_DENYWRITE) !== 0) file.isProgram = true;
  const path = context.descriptor(4).path ?? file.path;
  const { line } = context.call;
  mm.add({ mm, from, to, file, path, pgoff, shared, writable, dontFork: false, line });
  if (file.isModelled) countFilled(context, flags);
};

/** The kernel faults the pages in at once, as far as the file reaches: which ones is not in a log. */
function countFilled(context: CallContext, flags: number): void {
  if ((flags & C.MAP_POPULATE) !== 0) context.notModelled('mmap:MAP_POPULATE');
  if ((flags & C.MAP_LOCKED) !== 0) context.notModelled('mmap:MAP_LOCKED');
}

const munmap: Handler = (context) => {
  const { from, to } = range(context, 0, 1);
  const { mm } = context.thread;
  const parts = context.ok ? mm.remove(from, to, context.call.startLine) : mm.within(from, to);
  context.emit({ kind: 'unmap', from, to, parts, fixed: false });
};

const mremap: Handler = (context) => {
  const { mm } = context.thread;
  const { from, to } = range(context, 0, 1);
  const flags = decodeFlags(context.arg(3), C.MREMAP_FLAGS);
  const newLength = pagesOf(decodeAddress(context.arg(2)));
  const newFrom = context.ok ? Number(decodeAddress(context.call.result.value) >> PAGE_SHIFT) : from;
  const newTo = newFrom + newLength;
  const duplicates = to === from;
  const found = mm.within(from, duplicates ? from + 1 : to);
  if (context.ok && (flags & C.MREMAP_FIXED) !== 0) {
    const parts = mm.remove(newFrom, newTo, Number.POSITIVE_INFINITY);
    if (parts.length > 0) context.emit({ kind: 'unmap', from: newFrom, to: newTo, parts, fixed: true });
  }
  const keepsOld = (flags & C.MREMAP_DONTUNMAP) !== 0;
  context.emit({ kind: 'remap', from, to, newFrom, newTo, parts: found, duplicates, keepsOld });
  if (!context.ok) return;
  const moved = duplicates || keepsOld ? found : mm.remove(from, to, context.call.startLine);
  // A range that was in use before can only be one that the move freed.
  mm.remove(newFrom, newTo, Number.POSITIVE_INFINITY);
  for (const old of moved) {
    const at = newFrom + Math.max(0, old.from - from);
    const end = old.to >= to ? newTo : Math.min(newTo, at + (old.to - old.from));
    const pgoff = old.pgoff + Math.max(0, from - old.from);
    if (at >= end) continue;
    mm.add({ ...old, from: at, to: end, pgoff, line: context.call.line });
  }
};

function hasData(parts: readonly Mapping[]): boolean {
  return parts.some((mapping) => mapping.file.isModelled);
}

/** msync, mlock: calls on a range that change no mapping. */
function onRange(kind: 'msync' | 'lock'): Handler {
  return (context) => {
    const { from, to } = range(context, 0, 1);
    const parts = context.thread.mm.within(from, to);
    context.emit({ kind, from, to, parts, word: context.call.name });
    if (kind === 'lock' && context.ok && hasData(parts)) context.notModelled();
  };
}

const madvise: Handler = (context) => {
  const { from, to } = range(context, 0, 1);
  const { mm } = context.thread;
  const word = decodeWord(context.arg(2), C.ADVICE);
  const parts = mm.within(from, to);
  context.emit({ kind: 'advise', from, to, parts, word });
  if (!context.ok || !hasData(parts)) return;
  if (word === 'MADV_DONTFORK' || word === 'MADV_DOFORK')
    mm.change(from, to, { dontFork: word === 'MADV_DONTFORK' });
  if (!isModelledAdvice(word)) context.notModelled(`${context.call.name}:${word}`);
};

const mprotect: Handler = (context) => {
  const { from, to } = range(context, 0, 1);
  const { mm } = context.thread;
  const bits = decodeFlags(context.arg(2), C.PROT_FLAGS);
  const writable = (bits & C.PROT_WRITE) !== 0;
  // x86 has no memory that can be executed or written and not read.
  const readable = (bits & (C.PROT_READ | C.PROT_EXEC | C.PROT_WRITE)) !== 0;
  const parts = mm.within(from, to);
  context.emit({ kind: 'protect', from, to, parts, word: context.call.name, readable, writable });
  if (context.ok && hasData(parts)) mm.change(from, to, { writable });
};

/** Shared memory of System V: a mapping without a descriptor. */
const shmat: Handler = (context) => {
  if (context.ok) context.notModelled();
};

const remapFilePages: Handler = (context) => {
  const { from, to } = range(context, 0, 1);
  if (context.ok && hasData(context.thread.mm.within(from, to))) context.notModelled();
};

export const MAPPING_CALLS: Readonly<Record<string, Handler>> = {
  mmap,
  munmap,
  mremap,
  madvise,
  msync: onRange('msync'),
  mprotect,
  pkey_mprotect: mprotect,
  mlock: onRange('lock'),
  mlock2: onRange('lock'),
  munlock: onRange('lock'),
  mbind: onRange('lock'),
  shmat,
  remap_file_pages: remapFilePages,
};

/**
 * What calls did to files, descriptors and mappings: the facts that both the counts (stats.ts) and the
 * workload's operations (operations.ts) are made from.
 *
 * An effect with an errno in its source did not take place: the call asked for it and failed.
 */
import type { AddressSpace, Mapping } from './address_space.ts';
import type { FileObject, OpenFile } from './file_object.ts';

/** Kinds of fallocate(2); `other` holds mode bits that the model does not know. */
export type FallocateKind = 'alloc' | 'punch' | 'zero' | 'collapse' | 'insert' | 'unshare' | 'other';

/** A call on a range of memory that moves no mapping. */
interface RangeCall {
  readonly from: number;
  readonly to: number;
  /** The file mappings in the range. */
  readonly parts: readonly Mapping[];
  /** The advice, or the call's name. */
  readonly word: string;
}

export type Effect =
  /** open(2) and its kin. */
  | {
      readonly kind: 'open';
      readonly open: OpenFile;
      /** O_TRUNC. */
      readonly truncated: boolean;
      /** O_TMPFILE. */
      readonly anonymous: boolean;
      /** False with O_PATH: nothing can be read, written or mapped through it. */
      readonly usable: boolean;
    }
  /** A descriptor that no call of the log made, met for the first time. */
  | { readonly kind: 'found'; readonly open: OpenFile }
  /** As `found`, in a call whose meaning depends on the file: the logs' count of unknown descriptors. */
  | { readonly kind: 'unknown_descriptor' }
  /** The process's last descriptor of an open file description is gone; `modelled`: an operation opened it. */
  | { readonly kind: 'close'; readonly open: OpenFile; readonly modelled: boolean }
  | { readonly kind: 'truncate'; readonly file: FileObject; readonly size: bigint; readonly path: string }
  | {
      readonly kind: 'fallocate';
      /** Undefined if the descriptor is bad. */
      readonly file: FileObject | undefined;
      readonly mode: FallocateKind;
      readonly keepSize: boolean;
      readonly start: bigint;
      readonly end: bigint;
      readonly path: string;
    }
  | {
      readonly kind: 'read' | 'write';
      readonly file: FileObject;
      readonly start: bigint;
      readonly end: bigint;
    }
  | { readonly kind: 'sync'; readonly file: FileObject }
  /** FICLONE, FICLONERANGE, FIDEDUPERANGE: [start, end) of `source` is shown by `file` at `at`. */
  | {
      readonly kind: 'reflink' | 'dedupe';
      readonly file: FileObject;
      readonly source: FileObject;
      readonly start: bigint;
      readonly end: bigint;
      readonly at: bigint;
    }
  /** FIFREEZE and FITHAW of the filesystem of the data. */
  | { readonly kind: 'freeze' | 'thaw' }
  /** `file` is undefined if the log has never shown the name; `last`: no name is left. */
  | { readonly kind: 'unlink'; readonly file: FileObject | undefined; readonly last: boolean }
  | {
      readonly kind: 'rename';
      /** Undefined if the log has never shown the name. */
      readonly file: FileObject | undefined;
      /** The file whose name was replaced, and whether it was its last. */
      readonly over: FileObject | undefined;
      readonly lastName: boolean;
    }
  | {
      readonly kind: 'map';
      readonly mm: AddressSpace;
      readonly from: number;
      readonly to: number;
      readonly file: FileObject | undefined;
      readonly anonymous: boolean;
      readonly pgoff: number;
      readonly shared: boolean;
      readonly writable: boolean;
      /** MAP_SHARED_VALIDATE with MAP_SYNC. */
      readonly sync: boolean;
      /** Decoded mmap flags. */
      readonly flags: number;
    }
  /** `parts` of file mappings that went away; `fixed`: a new mapping was put over them. */
  | {
      readonly kind: 'unmap';
      readonly from: number;
      readonly to: number;
      readonly parts: readonly Mapping[];
      readonly fixed: boolean;
    }
  | {
      readonly kind: 'remap';
      readonly from: number;
      readonly to: number;
      readonly newFrom: number;
      readonly newTo: number;
      readonly parts: readonly Mapping[];
      /** Old length 0: a second mapping of the same pages is made. */
      readonly duplicates: boolean;
      /** MREMAP_DONTUNMAP: the old mapping stays. */
      readonly keepsOld: boolean;
    }
  | ({ readonly kind: 'advise' } & RangeCall)
  | ({ readonly kind: 'msync' } & RangeCall)
  | ({ readonly kind: 'protect'; readonly readable: boolean; readonly writable: boolean } & RangeCall)
  | ({ readonly kind: 'lock' } & RangeCall)
  /** A page fault that the log shows; `page` of the address space if it is known which one shows the data. */
  | {
      readonly kind: 'fault';
      readonly major: boolean;
      readonly isData: boolean;
      readonly mapping: Mapping | undefined;
      readonly page: number;
    }
  /** A process of its own begins as a copy of the caller: `files` are the data files that it maps or has open. */
  | { readonly kind: 'fork'; readonly child: number; readonly files: readonly FileObject[] }
  /** 4 was written to the caller's /proc/PID/clear_refs. */
  | { readonly kind: 'clear_refs' }
  | { readonly kind: 'exit' }
  /** Something that changes data files or their mappings and is not in the vocabulary. */
  | { readonly kind: 'not_modelled'; readonly name: string };

/** Who caused an effect. */
export interface EffectSource {
  /** Index into World.tasks. */
  readonly task: number;
  readonly mm: AddressSpace;
  /** 1-based line on which the call began. */
  readonly line: number;
  readonly errno: string | undefined;
}

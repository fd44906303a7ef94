/**
 * Calls that change data files or mappings and that no operation of the vocabulary stands for: they are counted by name.
 */
import type { Handler } from './call_context.ts';

const onDataFile: Handler = (context) => {
  if (context.ok && context.open(0)?.file.isModelled === true) context.notModelled();
};

const always: Handler = (context) => {
  if (context.ok) context.notModelled();
};

export const UNMODELLED_CALLS: Readonly<Record<string, Handler>> = {
  sync_file_range: onDataFile,
  syncfs: onDataFile,
  sync: always,
  process_madvise: always,
  process_vm_writev: always,
  move_pages: always,
  migrate_pages: always,
  vmsplice: always,
  // Which files asynchronous I/O reads and writes is not in a log.
  io_submit: always,
  io_uring_enter: always,
};

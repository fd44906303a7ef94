/**
 * The counts that need no state: lines by their shape, calls by name and result.
 */
import { childOf, isForkLike } from './births.ts';
import { cloneFlags } from './calls_processes.ts';
import { CLONE_THREAD } from './constants.ts';
import { succeeded } from './records.ts';
import type { Call, ScannedLine } from './records.ts';
import { addTo } from './stats.ts';
import type { StraceStats } from './stats.ts';

/** Calls after which data moves without another system call. */
const ASYNC_IO = new Set(['io_submit', 'io_uring_enter', 'io_uring_setup']);

export function countLine(stats: StraceStats, scanned: ScannedLine, text: string): void {
  const { counts } = stats;
  addTo(counts, 'lines');
  const ofCall = scanned.kind === 'call' || scanned.kind === 'unfinished' || scanned.kind === 'resumed';
  if (ofCall && text.includes('/*')) addTo(counts, 'lines_with_comment');
  if (text.includes('(deleted)')) addTo(counts, 'lines_with_deleted');
  if (scanned.kind === 'rejected') stats.unparsed++;
  if (scanned.kind === 'unfinished') addTo(counts, 'unfinished');
  if (scanned.kind === 'resumed') addTo(counts, 'resumed');
  if (scanned.kind === 'signal') {
    addTo(counts, 'signal_lines');
    addTo(stats.signals, scanned.signal);
  }
  if (scanned.kind === 'exit') {
    addTo(counts, 'exit_lines');
    if (scanned.how.by === 'signal') addTo(counts, 'killed');
  }
}

export function countCall(stats: StraceStats, call: Call): void {
  const { counts } = stats;
  const { name, result } = call;
  stats.calls++;
  addTo(stats.syscalls, name);
  if (result.value === '?') addTo(counts, 'returns_question_mark');
  if (result.errno !== undefined) addTo(stats.errors, `${name}:${result.errno}`);
  else if (result.value === '?') addTo(stats.errors, '?');
  if (result.errno === 'EINTR' || result.errno?.startsWith('ERESTART') === true) addTo(counts, 'interrupted');
  if (/^f?truncate(?:64)?$/.test(name)) addTo(counts, 'truncate_calls');
  if (ASYNC_IO.has(name)) addTo(counts, 'async_io_calls');
  if ((name === 'execve' || name === 'execveat') && succeeded(call)) addTo(counts, 'execve_ok');
  if (call.args.some((arg) => arg.includes('SCM_RIGHTS'))) addTo(counts, 'scm_rights');
  countBirth(stats, call);
}

function countBirth(stats: StraceStats, call: Call): void {
  if (!isForkLike(call.name) || childOf(call) === undefined) return;
  const flags = cloneFlags(call.name, call.args);
  if (flags === undefined) addTo(stats.counts, 'clone_of_unknown_kind');
  else addTo(stats.counts, (flags & CLONE_THREAD) !== 0 ? 'clone_thread' : 'fork_like');
}

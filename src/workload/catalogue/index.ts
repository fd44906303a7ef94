/** The workloads that come along: logs of real programs and scenarios, by name. */
import { fileURLToPath } from 'node:url';
import { InputError } from '../input_error.ts';
import { nearest } from '../scenario/suggest.ts';
import { SCENARIOS } from './scenarios.ts';

export interface CatalogueEntry {
  readonly name: string;
  /** One line, without a full stop. */
  readonly title: string;
  readonly kind: 'log' | 'scenario';
  /** Numbers of the kernel facts that a scenario shows, first the one it is there for; a log names none. */
  readonly facts: readonly string[];
  /** Path of the file on this machine. */
  readonly file: string;
}

function path(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

function log(name: string, title: string): CatalogueEntry {
  return { name, title, kind: 'log', facts: [], file: path(`./logs/${name}.strace.gz`) };
}

function scenario([name, title, facts]: (typeof SCENARIOS)[number]): CatalogueEntry {
  return { name, title, kind: 'scenario', facts: facts.split(' '), file: path(`./scenarios/${name}.yaml`) };
}

/** Logs first, then the scenarios. */
export const CATALOGUE: readonly CatalogueEntry[] = [
  log(
    't_mmap_collision',
    'xfstests generic/503: threads truncate, punch, collapse and zero a file that others have mapped',
  ),
  log(
    'fio-mmap-punch',
    'fio: one job reads and writes a file through mmap while another punches holes in it',
  ),
  log('sqlite-mmap', 'SQLite with mmap_size: vacuums shrink the database file while it is mapped'),
  log(
    'journal-remote',
    'systemd-journal-remote: journal files grow and are cut back while windows of them are mapped',
  ),
  log('xfs_io-mapped', 'xfs_io: every fallocate mode and truncate on files with live mappings, on XFS'),
  log('cpython-test-mmap', 'CPython test_mmap: mappings are resized, flushed, moved and closed'),
  log('fsstress-ext4', 'xfstests fsstress: three processes do anything to a tree of files, on ext4'),
  log('fsx-ext4', 'xfstests fsx: one file is written, mapped, cut, punched and copied at random, on ext4'),
  log('git-gc', 'git: clone, commit, repack, gc and fsck with packs and indexes mapped for reading'),
  log('lmdb-tools', 'LMDB: a database mapped far beyond its end is loaded, copied and dumped'),
  log('ltp-mmapstress', 'LTP mmapstress: forking programs map, extend, truncate and sync the same files'),
  log('pmempool', 'PMDK pmempool: pools are made, checked and resized; MAP_SYNC is asked for and refused'),
  log(
    'postgres-dsm',
    'PostgreSQL: parallel queries share files that are mapped and unlinked; VACUUM cuts a table, on XFS',
  ),
  log('qemu-img', 'QEMU: images are made, discarded, zeroed, resized and converted, on XFS'),
  log('redis-aof', 'Redis: an append-only file and snapshots by fork; no data file is mapped'),
  log('rocksdb-mmap', 'RocksDB with mmap_write: preallocated files are written through mappings and cut'),
  log('rrdtool', 'RRDtool: a mapped round-robin database gets 300 updates and is resized, on XFS'),
  log('sparse-tools', 'util-linux, coreutils and e2fsprogs: holes are dug and copied; no file is mapped'),
  log('tdb', 'Samba TDB: a mapped database grows step by step, with transactions'),
  ...SCENARIOS.map(scenario),
];

/** Throws InputError for a name that is not in the catalogue. */
export function catalogueEntry(name: string): CatalogueEntry {
  const found = CATALOGUE.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  const near = nearest(
    name,
    CATALOGUE.map((entry) => entry.name),
  );
  const hint = near === undefined ? 'list scenarios has the names' : `did you mean '${near}'?`;
  throw new InputError({ file: name, problem: 'is not in the catalogue', hint });
}

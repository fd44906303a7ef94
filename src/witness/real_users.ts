/**
 * Real users of memory, with no probe: vmsplice, direct I/O, io_uring, AF_XDP, RDMA and others hold pages of a DAX
 * file while another process truncates it or punches a hole. `staged.md` has the procedure.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { prepare, type GuestOptions } from './prepare.ts';
import { runStaged, stagedHead } from './run_staged.ts';
import {
  parseStaged,
  stagedHeadSchema,
  stagedSceneSchema,
  valueOf,
  type StagedScene,
} from './staged_scene.ts';
import { WitnessError } from './witness_error.ts';

export interface RealUser {
  readonly name: string;
  /** What it does with pages 4 to 11. */
  readonly does: string;
  /** When it lets go. */
  readonly ends: string;
  /** How it asks for the pages; null: it holds none. */
  readonly flags: string | null;
}

const DISK = 'when the disk that was stopped goes on';
const READER = 'when its memory is supplied (userfaultfd)';

export const REAL_USERS: readonly RealUser[] = [
  {
    name: 'vmsplice',
    does: 'puts the pages into a pipe',
    ends: 'when the pipe is read',
    flags: 'FOLL_GET, for reading',
  },
  {
    name: 'direct_read',
    does: 'read(2) with O_DIRECT from a disk into the mapping',
    ends: DISK,
    flags: 'FOLL_GET; FOLL_PIN in 6.12',
  },
  {
    name: 'direct_write',
    does: 'write(2) with O_DIRECT from the mapping to a disk',
    ends: DISK,
    flags: 'FOLL_GET; FOLL_PIN in 6.12',
  },
  { name: 'aio_read', does: 'the same read by io_submit', ends: DISK, flags: 'FOLL_GET; FOLL_PIN in 6.12' },
  { name: 'uring_read', does: 'the same read by io_uring', ends: DISK, flags: 'FOLL_GET; FOLL_PIN in 6.12' },
  {
    name: 'uring_fixed',
    does: 'registers the pages as a buffer of io_uring',
    ends: 'when it is unregistered',
    flags: 'FOLL_PIN | FOLL_LONGTERM',
  },
  {
    name: 'process_vm_writev',
    does: 'is written to by process_vm_writev from memory that is slow',
    ends: READER,
    flags: 'FOLL_PIN',
  },
  {
    name: 'process_vm_readv',
    does: 'is read by process_vm_readv into memory that is slow',
    ends: READER,
    flags: 'FOLL_PIN',
  },
  {
    name: 'proc_mem',
    does: 'is written to through /proc/PID/mem, which has returned',
    ends: 'at once',
    flags: null,
  },
  { name: 'ptrace', does: 'is poked by a debugger, which has returned', ends: 'at once', flags: null },
  {
    name: 'af_xdp',
    does: 'registers the pages as the memory of an AF_XDP socket',
    ends: 'when it is closed',
    flags: 'FOLL_PIN | FOLL_LONGTERM',
  },
  {
    name: 'rdma_mr',
    does: 'registers a memory region with software RDMA (rdma_rxe)',
    ends: 'when it is deregistered',
    flags: 'FOLL_PIN | FOLL_LONGTERM',
  },
  {
    name: 'kvm',
    does: 'is the memory of a virtual machine, which has written to each page',
    ends: 'never: it holds nothing, a notifier tells it',
    flags: null,
  },
];

export const USER_MEMORIES = ['ext4_dax', 'xfs_dax'] as const;
export const USER_OPERATIONS = ['trunc_0', 'punch'] as const;

/** What the users need beside what every guest loads; kvm_intel is for guests that run under KVM themselves. */
const MODULES = ['dm_mod', 'crc32_generic', 'ib_uverbs', 'rdma_rxe', 'dummy', 'kvm_amd'];

export const realUsersSchema = stagedHeadSchema.extend({
  schema: z.literal('gup-vs-hmm/real-users/1'),
  scenes: z.array(stagedSceneSchema),
});

export type RealUsersObservation = z.infer<typeof realUsersSchema>;

/** Runs all cells in one guest. Throws a WitnessError when one fails in its own setup or is missing. */
export async function witnessRealUsers(options: GuestOptions): Promise<RealUsersObservation> {
  const prepared = await prepare(options);
  const { release, scenes } = await runStaged(prepared, { plan: ['users'], modules: MODULES });
  return { schema: 'gup-vs-hmm/real-users/1', ...stagedHead(prepared, release), scenes: [...scenes] };
}

/** Throws, naming `source`, for a text that is not an observation. */
export function parseRealUsers(text: string, source: string): RealUsersObservation {
  return parseStaged(realUsersSchema, text, source);
}

/** `kernel`: linux-6.1, linux-6.12. */
export function committedRealUsers(kernel: string): RealUsersObservation {
  const file = `observations/real_users-${kernel}.json`;
  return parseRealUsers(readFileSync(new URL(file, import.meta.url), 'utf8'), file);
}

/** A cell of the published table, for one kernel. */
export interface UserCell {
  readonly user: string;
  readonly memory: string;
  readonly op: string;
  /** `missing`: the kernel or machine has not got what the user needs. */
  readonly attach: 'accepted' | 'refused' | 'missing';
  /** The errno of a refusal, or what is missing. */
  readonly attach_detail: string | null;
  /** Of a refusal: whether the same user is let in on anonymous memory. */
  readonly on_anonymous_memory: string | null;
  /** `completed`, `blocked` or `failed ERRNO`; null when the user was not let in. */
  readonly outcome: string | null;
  readonly state: string | null;
  readonly sleeps_in: string | null;
  /** What became of a blocked operation when the user had let go: `completed`, `failed ERRNO`, `blocked`. */
  readonly after_release: string | null;
  /** And, if it slept on, when another reference to the page had come and gone. */
  readonly after_another_reference: string | null;
  /** What the user's own call returned. */
  readonly user_result: string | null;
  /** What it has of its pages. */
  readonly user_has: readonly string[];
  readonly cpu_reads: readonly string[];
  readonly file_reads: readonly string[];
  readonly warnings: readonly string[];
}

/** In the order of the scenes. */
export function userCells({ scenes }: { readonly scenes: readonly StagedScene[] }): UserCell[] {
  return scenes.map(cellOf);
}

function cellOf(scene: StagedScene): UserCell {
  const [user = '', op = ''] = scene.id.split(':');
  const seen = (name: string): string | null => valueOf(scene, name) ?? null;
  const list = (name: string): string[] => (seen(name) ?? '-').split(' ').filter((word) => word !== '-');
  const [attach = '', ...detail] = (seen('attach') ?? '').split(' ');
  const [state = null, sleepsIn = null] = seen('outcome_waits')?.split(' ') ?? [];
  return {
    ...{ user, memory: scene.memory, op },
    attach: attachOf(attach, scene),
    attach_detail: detail.join(' ') || null,
    on_anonymous_memory: seen('on_anonymous_memory'),
    outcome: seen('outcome'),
    ...{ state, sleeps_in: sleepsIn === '-' ? null : sleepsIn },
    after_release: seen('outcome') === 'blocked' ? seen('after_release') : null,
    after_another_reference: seen('after_another_reference_came_and_went'),
    user_result: seen('user') === '-' ? null : seen('user'),
    ...{ user_has: list('user_has'), cpu_reads: list('cpu_reads'), file_reads: list('file_reads') },
    warnings: scene.warnings,
  };
}

function attachOf(word: string, { id, memory }: StagedScene): UserCell['attach'] {
  if (word === 'accepted' || word === 'refused' || word === 'missing') return word;
  throw new WitnessError('guest', `${id} on ${memory} does not say whether the user was let in.`);
}

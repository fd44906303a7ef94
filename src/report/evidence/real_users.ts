/** How a truncate or a punch meets real users of memory, with no probe: a section of the report. */
import { cell, column, type Block, type Cell, type Section } from '../document.ts';

/** One user, memory and operation on one kernel. */
export interface UserRow {
  readonly user: string;
  readonly memory: string;
  readonly op: string;
  readonly attach: 'accepted' | 'refused' | 'missing';
  readonly attach_detail: string | null;
  readonly on_anonymous_memory: string | null;
  readonly outcome: string | null;
  readonly state: string | null;
  readonly sleeps_in: string | null;
  readonly after_release: string | null;
  readonly after_another_reference: string | null;
  readonly user_result: string | null;
  readonly user_has: readonly string[];
}

export interface UserTestimony {
  /** As `uname -r` says. */
  readonly release: string;
  readonly cells: readonly UserRow[];
}

/** What the users do, for the table. */
export interface UserDescription {
  readonly name: string;
  readonly does: string;
  readonly ends: string;
  readonly flags: string | null;
}

export function realUsersSection(
  users: readonly UserDescription[],
  testimonies: readonly UserTestimony[],
): Section {
  return {
    heading: 'Real users of memory',
    blocks: [
      {
        kind: 'paragraph',
        text:
          'Each user takes hold of pages 4 to 11 of a mapped DAX file; another process then truncates the file to 0, or ' +
          'punches these pages out. No probe has a part in it.',
      },
      userTable(users, testimonies),
      {
        kind: 'key_values',
        entries: users.map(({ name, does, ends }) => [name, `${does}; lets go ${ends}`]),
      },
      ...forgotten(testimonies),
    ],
  };
}

function userTable(users: readonly UserDescription[], testimonies: readonly UserTestimony[]): Block {
  const columns = [
    ...['user', 'asks with', 'let in', 'truncate, punch', 'when the user lets go', 'what the user gets'].map(
      (title) => column(title),
    ),
    column('kernels'),
  ];
  return { kind: 'table', columns, rows: users.flatMap((user) => rowsOf(user, testimonies)) };
}

/** Kernels, memories and operations that are alike share a row. */
function rowsOf({ name, flags }: UserDescription, testimonies: readonly UserTestimony[]): Cell[][] {
  const rows = new Map<string, { texts: readonly string[]; releases: Set<string> }>();
  for (const { release, cells } of testimonies) {
    const texts = wordsOf(cells.filter(({ user }) => user === name));
    const key = JSON.stringify(texts);
    const row = rows.get(key) ?? { texts, releases: new Set() };
    row.releases.add(release);
    rows.set(key, row);
  }
  return [...rows.values()].map(({ texts, releases }) => [
    cell(name),
    cell(flags ?? 'nothing held'),
    ...texts.map((text) => cell(text)),
    cell([...releases].join('\n')),
  ]);
}

function wordsOf(cells: readonly UserRow[]): string[] {
  return [letIn, outcome, release, result].map((words) => [...new Set(cells.map(words))].join('\n'));
}

function letIn({ attach, attach_detail, on_anonymous_memory }: UserRow): string {
  const control = on_anonymous_memory === null ? '' : ` (anonymous memory: ${on_anonymous_memory})`;
  return `${attach}${attach_detail === null ? '' : ` ${attach_detail}`}${control}`;
}

function outcome(row: UserRow): string {
  if (row.outcome === null) return '-';
  return row.sleeps_in === null ? row.outcome : `${row.outcome}: ${String(row.state)} in ${row.sleeps_in}`;
}

function release({ after_release, after_another_reference }: UserRow): string {
  if (after_release === null) return '-';
  return after_another_reference === null
    ? after_release
    : `still ${after_release}; ${after_another_reference} when another reference came and went`;
}

function result({ op, user_result, user_has }: UserRow): string {
  if (user_result === null) return '-';
  const has = user_has.length === 0 ? '' : ` (${user_has.join(' ')})`;
  return `${op}: ${user_result}${has}`;
}

/** Waits that outlive their reason. */
function forgotten(testimonies: readonly UserTestimony[]): Block[] {
  return testimonies.flatMap(({ release: kernel, cells }): Block[] => {
    const users = new Set(
      cells.filter(({ after_another_reference }) => after_another_reference !== null).map(({ user }) => user),
    );
    if (users.size === 0) return [];
    const text =
      `On ${kernel} a truncate or punch that waited for ${[...users].join(', ')} is not woken when the transfer has ended: ` +
      'no reference is left, and it sleeps on until another reference to the same page comes and goes, or a signal.';
    return [{ kind: 'note', text }];
  });
}

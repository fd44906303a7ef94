/**
 * The ghost note of what a task's call does to the content of a file, as the state keeps it.
 */
import { columns } from '../../machine/store.ts';

/** Its arguments, the size before it (`sized`: already noted), pieces `done`, and the `next` page of a copy. */
export const CONTENT = columns(
  'kind',
  'inode',
  'start_page',
  'start_byte',
  'end_page',
  'end_byte',
  'keep_size',
  'token',
  'source',
  'at_page',
  'sized',
  'old_page',
  'old_byte',
  'done',
  'next',
);

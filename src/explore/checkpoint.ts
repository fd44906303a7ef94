/**
 * A search that is under way as bytes, and back: what it has seen, where it is, what it has found, and what a reduction has recorded.
 *
 * A line that names the format, the length of a JSON header and the header, then the lists as 32-bit little-endian integers. Whoever
 * stores it writes it aside and renames it, so that a kill leaves the old one or the new one.
 */
import { ByteList, IntList } from './int_list.ts';
import type { Recording } from './recording.ts';
import { Graph } from './graph.ts';
import type { Assumptions } from './reduction.ts';
import type { Finding, SearchState } from './search.ts';
import { VisitedSet } from './visited.ts';

/** A search between two transitions. */
export interface Checkpoint {
  readonly state: SearchState;
  readonly graph: Graph;
  /** Of a reduction; null without one. */
  readonly reduction: ReductionState | null;
}

export interface ReductionState extends Assumptions {
  readonly recording: Recording;
}

/** The bytes are no checkpoint, or one of another search. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

const FORMAT = 'gup-vs-hmm/checkpoint/1\n';

interface Header {
  /** What is searched: a checkpoint of anything else does not fit. */
  readonly search: string;
  readonly transitions: number;
  readonly depthMax: number;
  readonly findings: readonly (readonly [string, Finding])[];
  readonly reduction: ReductionState | null;
  /** Of the lists that follow, in order. */
  readonly lengths: readonly number[];
}

/** `search` says what is searched, in words that differ for anything that would make a difference. */
export function encodeCheckpoint(search: string, { state, graph, reduction }: Checkpoint): Uint8Array {
  const tags = graph.tag.view();
  const lists = [
    state.visited.fingerprints(),
    ...[state.taken, state.left, state.way, graph.from, graph.to, graph.unfinished].map((list) =>
      list.view(),
    ),
  ];
  const { transitions, depthMax } = state;
  const lengths = [...lists.map(({ length }) => length), tags.length];
  const findings = [...state.findings];
  const header: Header = { search, transitions, depthMax, findings, reduction, lengths };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const format = new TextEncoder().encode(FORMAT);
  const integers = lists.reduce((sum, { length }) => sum + 4 * length, 0);
  const bytes = new Uint8Array(format.length + 4 + text.length + integers + tags.length);
  const view = new DataView(bytes.buffer);
  bytes.set(format, 0);
  view.setUint32(format.length, text.length, true);
  bytes.set(text, format.length + 4);
  let at = format.length + 4 + text.length;
  for (const list of lists) {
    for (const value of list) {
      view.setInt32(at, value, true);
      at += 4;
    }
  }
  bytes.set(tags, at);
  return bytes;
}

/** Throws CheckpointError for bytes that are no checkpoint of this search. */
export function decodeCheckpoint(search: string, bytes: Uint8Array): Checkpoint {
  const start = FORMAT.length + 4;
  if (bytes.length < start || new TextDecoder().decode(bytes.subarray(0, FORMAT.length)) !== FORMAT)
    throw new CheckpointError('this is no checkpoint of a search');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = start + view.getUint32(FORMAT.length, true);
  if (end > bytes.length) throw new CheckpointError('the checkpoint is cut off');
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(start, end))) as Header;
  if (header.search !== search)
    throw new CheckpointError(`the checkpoint is of another search: ${header.search}`);
  const { lengths } = header;
  const total = lengths.reduce(
    (sum, length, index) => sum + (index < lengths.length - 1 ? 4 * length : length),
    end,
  );
  if (total !== bytes.length) throw new CheckpointError('the checkpoint is cut off');
  return checkpointOf(header, new Lists(view, end, lengths));
}

function checkpointOf({ transitions, depthMax, findings, reduction }: Header, lists: Lists): Checkpoint {
  const visited = VisitedSet.of(lists.next());
  const [taken, left, way] = [
    new IntList(lists.next()),
    new IntList(lists.next()),
    new IntList(lists.next()),
  ];
  const [from, to, unfinished] = [
    new IntList(lists.next()),
    new IntList(lists.next()),
    new IntList(lists.next()),
  ];
  const graph = new Graph(from, to, new ByteList(lists.rest()), unfinished);
  const state = { visited, taken, left, way, transitions, depthMax, findings: new Map(findings) };
  return { state, graph, reduction };
}

/** Reads one list after the other. */
class Lists {
  private readonly view: DataView;
  private readonly lengths: readonly number[];
  private at: number;
  private index = 0;

  constructor(view: DataView, at: number, lengths: readonly number[]) {
    this.view = view;
    this.at = at;
    this.lengths = lengths;
  }

  next(): Int32Array {
    const list = new Int32Array(this.lengths[this.index++] ?? 0);
    for (let place = 0; place < list.length; place++) {
      list[place] = this.view.getInt32(this.at, true);
      this.at += 4;
    }
    return list;
  }

  /** The bytes that are left. */
  rest(): Uint8Array {
    return Uint8Array.from(new Uint8Array(this.view.buffer, this.view.byteOffset + this.at));
  }
}

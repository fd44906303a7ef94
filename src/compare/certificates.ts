/**
 * replay -> certificates: why operations waited, those with the same reason gathered into one.
 */
import { errnoName } from '../kernel/errno.ts';
import { longestWait, type OperationWait } from './operation_waits.ts';
import type { Replay } from './replay.ts';
import type { Certificate, ChainLink } from './result.ts';

type Ending = Certificate['ended_by'];

/** One certificate per kind, class, ending and chain shape, in the order of their first operations. */
export function certificates(
  replay: Replay,
  waits: ReadonlyMap<number, readonly OperationWait[]>,
): Certificate[] {
  const groups = new Map<string, Certificate>();
  const shapes = new Shapes();
  for (const [op, own] of [...waits].sort(([a], [b]) => a - b)) {
    const kind = replay.session.outcomes[op]?.op.kind ?? '';
    for (const wait of withOneBlocked(replay, op, own)) {
      const key = `${kind} ${wait.class} ${wait.blocked} ${endingOf(replay, op, wait)} ${shapes.of(wait.chain)}`;
      const known = groups.get(key);
      if (known === undefined) groups.set(key, certificateOf(replay, op, wait));
      else known.count++;
    }
  }
  return [...groups.values()];
}

/** Chains without the numbers in them: which pages, pids and regions they are differs from wait to wait. */
class Shapes {
  private readonly known = new Map<string, string>();

  of(chain: readonly ChainLink[]): string {
    let shape = '';
    for (const { node, text } of chain) shape += `>${node} ${this.withoutNumbers(text)}`;
    return shape;
  }

  private withoutNumbers(text: string): string {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const stripped = text.replace(/\d+/g, '#');
    this.known.set(text, stripped);
    return stripped;
  }
}

/** The certificate of an operation's longest wait; a wait that blocks it goes first. Null when it did not wait. */
export function certificateOfOperation(
  replay: Replay,
  op: number,
  waits: readonly OperationWait[],
): Certificate | null {
  const each = withOneBlocked(replay, op, waits);
  const wait = each.find(({ blocked }) => blocked) ?? longestWait(each);
  return wait === undefined ? null : certificateOf(replay, op, wait);
}

/**
 * An operation is blocked once, however often it fell asleep again before user space had done all it waits for:
 * its blocked waits become one, with the first one's reason.
 */
function withOneBlocked(replay: Replay, op: number, waits: readonly OperationWait[]): OperationWait[] {
  const isBlocked = (wait: OperationWait): boolean => wait.blocked;
  const blocked = waits.filter(isBlocked);
  const [first] = blocked;
  if (first === undefined) return [...waits];
  const ns = blocked.reduce((sum, wait) => sum + wait.ns, 0);
  const ended = (replay.session.outcomes[op]?.endTime ?? -1) >= 0;
  return [{ ...first, ns, ended }, ...waits.filter((wait) => !isBlocked(wait))];
}

function certificateOf(replay: Replay, op: number, wait: OperationWait): Certificate {
  const { session } = replay;
  const outcome = session.outcomes[op];
  if (outcome === undefined) throw new Error(`operation ${op} waited and has no outcome`);
  return {
    driver: session.system.driver.name,
    task: session.taskName(outcome.task),
    op,
    line: session.workload.ops[op]?.line ?? null,
    kind: outcome.op.kind,
    file: replay.fileOf(op),
    class: wait.class,
    blocked: wait.blocked,
    wait_ns: wait.ns,
    chain: wait.chain.map(({ node, text }) => ({ node, text })),
    ended_by: endingOf(replay, op, wait),
    count: 1,
  };
}

function endingOf(replay: Replay, op: number, wait: OperationWait): Ending {
  if (!wait.ended) return 'never';
  if (wait.blocked && replay.released.has(op)) return 'release';
  if (errnoName(replay.session.outcomes[op]?.ret ?? 0) === 'EINTR') return 'signal';
  return wait.blocked ? 'user' : 'itself';
}

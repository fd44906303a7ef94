/**
 * Certificates gathered for a reader: thousands of waits have a handful of reasons.
 */
import type { Certificate, ChainLink } from '../compare/result.ts';
import { countsInWords, formatCount } from './count.ts';
import type { Block } from './document.ts';
import { formatNs } from './time.ts';

/** Groups that are shown; the JSON has every certificate. */
const SHOWN = 6;

interface Group {
  /** The certificate whose chain is shown: the one earliest in the workload. */
  first: Certificate;
  count: number;
  kinds: Record<string, number>;
}

/** One paragraph and one indented chain per reason to wait, blocked calls first, then the most frequent. */
export function certificateBlocks(certificates: readonly Certificate[]): Block[] {
  const groups = [...gather(certificates).values()].sort(
    (a, b) =>
      Number(b.first.blocked) - Number(a.first.blocked) || b.count - a.count || a.first.op - b.first.op,
  );
  const blocks = groups.slice(0, SHOWN).flatMap((group): Block[] => [
    { kind: 'paragraph', text: groupInWords(group) },
    { kind: 'chain', links: group.first.chain.map(linkInWords) },
  ]);
  const hidden = groups.slice(SHOWN);
  if (hidden.length > 0) {
    const waits = hidden.reduce((sum, group) => sum + group.count, 0);
    blocks.push({
      kind: 'note',
      text: `${formatCount(hidden.length)} more reasons to wait (${formatCount(waits)} waits) are in the JSON result.`,
    });
  }
  return blocks;
}

/** Same driver, class, outcome and chain shape: the same reason, whatever the call or the page. */
function gather(certificates: readonly Certificate[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const certificate of certificates) {
    const shape = certificate.chain.map((link) => link.node).join('>');
    const key = [
      certificate.driver,
      certificate.class,
      certificate.blocked,
      certificate.ended_by,
      shape,
    ].join(' ');
    const group = groups.get(key) ?? { first: certificate, count: 0, kinds: {} };
    group.count += certificate.count;
    group.kinds[certificate.kind] = (group.kinds[certificate.kind] ?? 0) + certificate.count;
    if (certificate.op < group.first.op) group.first = certificate;
    groups.set(key, group);
  }
  return groups;
}

const ENDED: Record<Certificate['ended_by'], string> = {
  release: 'ended when the driver was made to let go',
  signal: 'ended by a signal',
  user: 'ended by a later call of the program',
  itself: 'ended by itself',
  never: 'never ended',
};

function groupInWords({ first, count, kinds }: Group): string {
  const line = first.line === null ? '' : ` (line ${first.line})`;
  return (
    `${first.driver}: ${formatCount(count)} ${first.blocked ? 'blocked' : 'waited'}, class ${first.class}, ` +
    `${ENDED[first.ended_by]} (${countsInWords(kinds)}). ${count === 1 ? 'It is' : 'For example'} ` +
    `operation ${first.op}${line}, ${first.kind} of ${first.file}, which ${howLong(first)}:`
  );
}

/** A wait that never ended has no length. */
function howLong({ ended_by, wait_ns }: Certificate): string {
  return ended_by === 'never' ? 'waits still' : `waited ${formatNs(wait_ns)}`;
}

/** The kind of node stands before the text, unless the text begins with it. */
function linkInWords(link: ChainLink): string {
  return link.text.startsWith(link.node) ? link.text : `${link.node}: ${link.text}`;
}

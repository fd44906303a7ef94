/**
 * The number that stands for what a page holds: 0 for zeros, otherwise a value made from the operations that wrote it.
 */

/** The content after `token` was written to bytes [from, to) of a page that held `old`; a whole page forgets it. */
export function mix_content(old: number, token: number, from: number, to: number): number {
  if (from === 0 && to === 4096) return token;
  if (old === 0 && token === 0) return 0;
  let h = Math.imul(old ^ 0x9e3779b1, 0x85ebca6b) ^ Math.imul(token + 1, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15) ^ (from * 4097 + to), 0x27d4eb2f);
  return ((h ^ (h >>> 13)) & 0x3fffffff) + 1;
}

/**
 * How much of a scope that is known whole random runs come to: said beside every sampled verdict that found nothing. From
 * reports/exploration, against which a test holds it.
 */
export const SAMPLED_REACH = {
  title: '2 blocks, truncate and punch, 1 mirror, ext4_dax, linux-6.1',
  states: 221_124,
  runs: 10_000,
  reached: 50_292,
} as const;

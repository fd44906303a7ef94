/**
 * Differences between the model and real kernels that are known and let pass: one line each, with its reason. An absent memory,
 * driver or operation stands for every one; `model` and `observed` are JSON texts, absent for any value.
 */
import type { Cell } from './cell.ts';

export interface ToleratedRule {
  readonly memory?: string;
  readonly driver?: string;
  readonly op?: string;
  readonly field: keyof Cell;
  readonly model?: string;
  readonly observed?: string;
  readonly reason: string;
}

export const TOLERATED: readonly ToleratedRule[] = [];

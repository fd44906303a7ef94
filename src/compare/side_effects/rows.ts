/**
 * call x wait -> what becomes of the call, on the model: each is made in the very state in which the waiting call sleeps, and
 * everything is taken back.
 */
import { errnoName } from '../../kernel/errno.ts';
import { functionOf } from '../../run/wait_graph.ts';
import type { Operation } from '../../workload/operation.ts';
import type { Driver } from '../../drivers/driver.ts';
import type { ReplayConditions } from '../conditions.ts';
import { effectCall, type EffectCall } from './calls.ts';
import { LAYOUT } from './layout.ts';
import { Play } from './play.ts';

/** A row of the published table as the model has it; names as in `src/witness/side_effect.ts`. */
export interface ModelEffect {
  readonly outcome: 'completed' | 'failed' | 'stands_still';
  readonly errno: string | null;
  readonly state: string | null;
  readonly sleeps_in: string | null;
  readonly waits_for: string | null;
  readonly interruptible: boolean | null;
  readonly interrupt_errno: string | null;
  readonly killable: boolean | null;
  readonly after_release: { readonly outcome: 'completed' | 'failed'; readonly errno: string | null } | null;
  readonly waiter_sleeps_in: string | null;
}

const { holder, waiter, first, bystander, file, deviceFrom, deviceTo } = LAYOUT;

const WAITS: Readonly<Record<string, Operation>> = {
  trunc_0: { kind: 'truncate', file, size: { page: 0, byte: 0 } },
  punch: {
    kind: 'punch',
    ...{ file, start: { page: deviceFrom, byte: 0 }, end: { page: deviceTo, byte: 0 } },
  },
};

/** A call that waits for the driver, and maybe one that stands still behind it. */
export class Situation {
  private readonly play: Play;
  private readonly waiterSleepsIn: string | null;
  private readonly behind: EffectCall | undefined;

  /** Throws when the model does not wait, or the first call does not stand still: there is nothing to compare then. */
  constructor(
    { wait, behind }: { readonly wait: string; readonly behind: string | null },
    tested: Driver,
    conditions: ReplayConditions,
  ) {
    const op = WAITS[wait];
    if (op === undefined) throw new RangeError(`no wait named ${wait}`);
    this.play = new Play(tested, conditions);
    this.requireStanding(this.play.begin(waiter, op), wait);
    this.waiterSleepsIn = this.play.stand(waiter).sleeps_in;
    this.behind = behind === null ? undefined : effectCall(behind);
    if (this.behind?.op !== undefined)
      this.requireStanding(this.play.begin(first, this.behind.op), `${wait} ${this.behind.id}`);
  }

  private requireStanding(call: number, what: string): void {
    if (this.play.result(call) !== undefined) throw new Error(`${what} does not wait in the model`);
  }

  /** Makes the call and takes everything back. Throws for a call that the model does not have. */
  meet({ id, op }: EffectCall): ModelEffect {
    if (op === undefined) throw new RangeError(`the model has no ${id}`);
    const { play } = this;
    const before = play.session.snapshot();
    const call = play.begin(bystander, op);
    const ret = play.result(call);
    const effect =
      ret === undefined ? this.standing(call) : { ...NO_STAND, ...outcomeOf(ret), ...this.waiterPlace() };
    play.session.restore(before);
    return effect;
  }

  private waiterPlace(): Pick<ModelEffect, 'waiter_sleeps_in'> {
    return { waiter_sleeps_in: this.waiterSleepsIn };
  }

  /** Steps 7 and 8. */
  private standing(call: number): ModelEffect {
    const { play } = this;
    const stand = play.stand(bystander);
    const asleep = play.session.snapshot();
    play.signal(bystander);
    const signalled = play.result(call);
    play.session.restore(asleep);
    return {
      ...{ outcome: 'stands_still', errno: null, ...stand },
      interruptible: signalled !== undefined,
      interrupt_errno: signalled === undefined ? null : errnoName(signalled),
      // No wait of these paths is TASK_KILLABLE: what a signal does not end SIGKILL does not either.
      killable: signalled !== undefined,
      after_release: this.behind?.freezes === true ? null : this.released(call),
      ...this.waiterPlace(),
    };
  }

  private released(call: number): ModelEffect['after_release'] {
    const { play } = this;
    play.begin(holder, { kind: 'detach', region: 0 });
    const ret = play.result(call);
    if (ret === undefined)
      throw new Error(`released, it sleeps on in ${functionOf(play.session, bystander)}`);
    return outcomeOf(ret);
  }
}

const NO_STAND = {
  ...{ state: null, sleeps_in: null, waits_for: null },
  ...{ interruptible: null, interrupt_errno: null, killable: null, after_release: null },
} as const;

function outcomeOf(ret: number): { outcome: 'completed' | 'failed'; errno: string | null } {
  return ret < 0 ? { outcome: 'failed', errno: errnoName(ret) } : { outcome: 'completed', errno: null };
}

import { expect, test } from 'vitest';
import { LocalUses } from './local_uses.ts';

/** One task with one frame of three locals, which begin at cell 2 of its stack; `goesOnAt` is moved by the test. */
function oneFrame() {
  const frame = { goesOnAt: 10, present: true };
  const uses = new LocalUses(2, 8, (task, visit) => {
    if (task === 0 && frame.present) visit({ path: { locals: ['a', 'b', 'c'] } }, 2, frame.goesOnAt);
  });
  const read = (cell: number): void => {
    if (!uses.isNew(cell)) uses.read(cell);
  };
  /** A step from where the frame rests to `to`; null: it is left. */
  const step = (to: number | null, act: () => void = () => undefined): void => {
    uses.begin(0);
    act();
    if (to === null) {
      frame.present = false;
      uses.write(0);
    } else frame.goesOnAt = to;
    uses.end();
  };
  const again = (goesOnAt: number): void => {
    frame.present = true;
    frame.goesOnAt = goesOnAt;
  };
  const dead = (pc: number): number => (uses.dead().get(pc) ?? 0) & 0b111;
  return { uses, read, step, again, dead };
}

const [A, B, C] = [2, 3, 4];

test('a local is live where it rests before it is read, and dead after that', () => {
  const { step, read, dead } = oneFrame();
  step(11);
  step(12, () => read(B));
  step(null, () => read(C));
  expect([10, 11, 12].map(dead)).toEqual([0b001, 0b001, 0b011]);
});

test('a local that is written first is dead until then, on that way only', () => {
  const { uses, step, read, dead, again } = oneFrame();
  step(11, () => {
    uses.write(A);
    read(A);
  });
  step(null, () => read(A));
  expect(dead(10)).toBe(0b111);
  again(10);
  step(11);
  expect(uses.changed).toBe(true);
  expect(dead(10)).toBe(0b110);
});

test('nothing is dead where no frame has gone on from', () => {
  const { step, dead } = oneFrame();
  step(11);
  expect([dead(10), dead(11)]).toEqual([0, 0]);
});

test('what others read of a frame that rests counts', () => {
  const { uses, step, dead, again } = oneFrame();
  step(null);
  expect(dead(10)).toBe(0b111);
  again(10);
  uses.read(C);
  expect(dead(10)).toBe(0b011);
});

test('a loop is gone round: what its end reads is live all the way', () => {
  const { step, read, dead } = oneFrame();
  step(11);
  step(10);
  step(11);
  step(null, () => read(A));
  expect([dead(10), dead(11)]).toEqual([0b110, 0b110]);
});

test('a recording that was read says the same', () => {
  const { uses, step, read, dead } = oneFrame();
  step(11, () => read(B));
  step(null, () => uses.write(C));
  const before = [dead(10), dead(11)];
  uses.continueFrom(uses.recording());
  expect(uses.changed).toBe(true);
  expect([dead(10), dead(11)]).toEqual(before);
});

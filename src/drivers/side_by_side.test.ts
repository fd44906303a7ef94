import { describe, expect, test } from 'vitest';
import { driverNamed } from './drivers.ts';
import { gup } from './gup.ts';
import { hmm_mirror } from './hmm_mirror.ts';
import { list_notifier } from './list_notifier.ts';
import { notifier } from './notifier.ts';
import { sideBySide } from './side_by_side.ts';

describe('drivers side by side', () => {
  test('are named together, and give up what either of them does', () => {
    const driver = driverNamed('hmm_mirror+gup');
    expect(driver?.name).toBe('hmm_mirror+gup');
    expect(driver?.breaks.map(({ invariant }) => invariant)).toEqual(
      gup.breaks.map(({ invariant }) => invariant),
    );
    expect(driver?.invalidate).toBe(hmm_mirror.invalidate);
  });

  test('one alone is itself, however often it is named', () => {
    expect(driverNamed('gup')).toBe(gup);
    expect(sideBySide([gup, gup])).toBe(gup);
  });

  test('two kinds of interval notifiers are told apart by region', () => {
    expect(sideBySide([hmm_mirror, notifier]).invalidate?.name).toBe('hmm_mirror+notifier invalidate');
  });

  test('only one may subscribe to whole address spaces', () => {
    const other = { ...list_notifier, name: 'other', notifier_ops: { ...list_notifier.notifier_ops } };
    expect(() => sideBySide([list_notifier, other as typeof list_notifier])).toThrow('only one driver');
    expect(sideBySide([list_notifier, gup]).notifier_ops).toBe(list_notifier.notifier_ops);
  });

  test.each(['gup+', 'gup+unknown', ''])('%j names no driver', (name) => {
    expect(driverNamed(name)).toBeUndefined();
  });
});

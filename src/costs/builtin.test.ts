import { describe, expect, test } from 'vitest';
import { BUILTIN_2026, COST_TABLES } from './builtin.ts';
import { COST_CLASSES } from './cost_table.ts';

describe.each([...COST_TABLES.values()])('cost table $name', (table) => {
  test('has every class and no other', () => {
    expect(Object.keys(table.entries).sort()).toEqual([...COST_CLASSES].sort());
  });

  test.each([...COST_CLASSES])('%s: positive integers, the value inside its range, with a source', (name) => {
    const entry = table.entries[name];
    for (const ns of [entry.low, entry.ns, entry.high]) {
      expect(Number.isSafeInteger(ns)).toBe(true);
    }
    expect(entry.low).toBeGreaterThan(0);
    expect(entry.low).toBeLessThanOrEqual(entry.ns);
    expect(entry.ns).toBeLessThanOrEqual(entry.high);
    expect(entry.source.trim()).not.toBe('');
    expect(entry.note.trim()).not.toBe('');
  });

  test('says that its times are simulated', () => {
    expect(table.description).toContain('simulated, never measured');
  });

  test('is found under its own name', () => {
    expect(COST_TABLES.get(table.name)).toBe(table);
  });
});

test('a device fault costs more than a CPU fault, and a pin less than either', () => {
  const { gup_page, page_fault, device_fault } = BUILTIN_2026.entries;
  expect(gup_page.high).toBeLessThan(page_fault.low);
  expect(page_fault.ns).toBeLessThan(device_fault.ns);
});

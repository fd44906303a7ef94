/** The text of an observation: a line a cell, so that two of them can be compared by eye and by diff. */
import { observationSchema, type Observation } from './cell.ts';
import { WitnessError } from './witness_error.ts';

export function observationJson(observation: Observation): string {
  const { cells, ...head } = observation;
  const opening = JSON.stringify(head, undefined, 1).replace(/\n\}$/, '');
  const lines = cells.map((cell) => `  ${JSON.stringify(withSortedEvents(cell))}`);
  return `${opening},\n "cells": [\n${lines.join(',\n')}\n ]\n}\n`;
}

function withSortedEvents<T extends { events: Record<string, number> }>(cell: T): T {
  return {
    ...cell,
    events: Object.fromEntries(Object.entries(cell.events).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** Throws, naming `source`, for a text that is not an observation. */
export function parseObservation(text: string, source: string): Observation {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new WitnessError('setup', `${source} is not JSON: ${String(error)}`);
  }
  const parsed = observationSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'no reason' };
  throw new WitnessError(
    'setup',
    `${source} is not an observation: at ${path.join('.') || 'the top'}: ${message}`,
  );
}

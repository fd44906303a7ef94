/** What fingerprints cost each step, and what it costs to take a step back by undo and by a copy of the state. */
import { DenseStore, Session } from '../src/index.ts';
import { DRIVERS_COMPARED, smallSystem } from './conditions.ts';
import { fixedWorkload } from './fixed_workload.ts';
import type { Case } from './measure.ts';
import { begin, canStep, createProtocol, type Protocol, takeStep } from './peers/labelled_steps.ts';
import { PROGRAMS } from './peers/protocol.ts';
import { searchLabelledSteps, type TakeBack } from './peers/search.ts';

/** Whole runs of the protocol in one call, each under a schedule of its own. */
const RUNS = 100;

export function stateCosts(): Case[] {
  const few = 0;
  const many = cellsOfSmallSystem();
  return [
    fingerprintCase(false),
    fingerprintCase(true),
    takeBackCase('undo', few),
    takeBackCase('snapshot', few),
    takeBackCase('undo', many),
    takeBackCase('snapshot', many),
  ];
}

/** Cells of the state that generated runs have. */
function cellsOfSmallSystem(): number {
  const [driver] = DRIVERS_COMPARED;
  if (driver === undefined) throw new Error('there is no driver');
  const { store } = new Session(smallSystem(driver, 'dense'), fixedWorkload());
  if (!(store instanceof DenseStore)) throw new Error('a small system has a dense store');
  return store.size;
}

function fingerprintCase(fingerprints: boolean): Case {
  const k = createProtocol({ fingerprints, unusedCells: 0 });
  const name = `fingerprints ${fingerprints ? 'on' : 'off'}`;
  const operation = 'a step of the protocol';
  return {
    units: [{ name, operation, ...(fingerprints ? { baseline: 'fingerprints off' } : {}) }],
    run() {
      let steps = 0;
      for (let run = 1; run <= RUNS; run++) steps += runOnce(k, run);
      return [steps];
    },
  };
}

/** Runs to the end of all programs; `stride` says how far to go round the tasks from one step to the next. */
function runOnce(k: Protocol, stride: number): number {
  begin(k);
  let steps = 0;
  for (let turn = 0, idle = 0; idle < PROGRAMS.length;) {
    const task = turn % PROGRAMS.length;
    if (canStep(k, task)) {
      takeStep(k, task);
      steps++;
      turn += stride;
      idle = 0;
    } else {
      turn++;
      idle++;
    }
  }
  return steps;
}

function takeBackCase(takeBack: TakeBack, unusedCells: number): Case {
  const k = createProtocol({ fingerprints: true, unusedCells });
  const cells = `${k.store.size} cells`;
  const name = `${takeBack}, ${cells}`;
  const baseline = takeBack === 'undo' ? {} : { baseline: `undo, ${cells}` };
  return {
    units: [{ name, operation: 'a transition and its way back', ...baseline }],
    run: () => [searchLabelledSteps(k, takeBack).transitions],
  };
}

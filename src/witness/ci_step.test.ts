/** The step of .ci/run that boots a real kernel: when it passes, when it fails, and when it says that there was none. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { missingText } from './host_tools.ts';

const STEP = fileURLToPath(new URL('../../.ci/real_kernel', import.meta.url));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'witness-ci-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function program(name: string, ...lines: readonly string[]): void {
  writeFileSync(join(folder, name), ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(join(folder, name), 0o755);
}

/** Runs the step with a `node` that says this and ends so, and an apt-get that cannot install anything. */
function step(exit: number, said: string): { status: number | null; stdout: string; calls: number } {
  const calls = join(folder, 'calls');
  rmSync(calls, { force: true });
  writeFileSync(join(folder, 'said'), said);
  program('node', `echo call >>'${calls}'`, `cat '${folder}/said' >&2`, `exit ${exit}`);
  program('apt-get', 'exit 100');
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}` };
  const { status, stdout } = spawnSync(STEP, [], { encoding: 'utf8', env });
  return { status, stdout, calls: readFileSync(calls, 'utf8').split('\n').length - 1 };
}

test('agreement passes, a disagreement fails', () => {
  expect(step(0, '')).toEqual({ status: 0, stdout: '', calls: 1 });
  expect(step(1, 'gup-vs-hmm: 72 cells compared, 1 disagree')).toMatchObject({ status: 1, calls: 1 });
});

test('a guest that fails gets a second try, and then fails the run', () => {
  expect(step(3, 'gup-vs-hmm: The guest was ended: it hung.')).toMatchObject({ status: 3, calls: 2 });
});

const MISSING = missingText([
  { anyOf: ['gcc-12'], debianPackage: 'gcc-12', neededFor: 'building the probe' },
]);

test.each([
  'Could not fetch the package lists. Is there a network?',
  'Not enough disk for unpacking tools-1',
  'witness needs Debian 12 or later on x86-64; this is darwin on arm64.',
  'The package sources of this machine do not offer linux-image-amd64',
  MISSING,
])('a machine that lacks something neither passes nor fails: %s', (said) => {
  const { status, stdout } = step(2, `gup-vs-hmm: ${said}\n`);
  expect(status).toBe(77);
  expect(stdout).toMatch(/NOT RUN: no real kernel could be had on this machine/);
});

test.each(["--op: 'punsh' is not known", 'Building the probe module failed (make, status 2).'])(
  'anything else that keeps it from running fails: %s',
  (said) => {
    expect(step(2, `gup-vs-hmm: ${said}\n`).status).toBe(2);
  },
);

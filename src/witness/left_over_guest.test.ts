import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Cache, PID_FILE } from './cache.ts';

let folder = '';
let started: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'witness-left-'));
});

afterEach(async () => {
  started?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** A run's folder as a killed process leaves it, with the id of a program that was started with these words. */
async function leftBehind(...words: readonly string[]): Promise<ChildProcess> {
  const run = join(folder, 'run.partial-999999999-abc');
  await mkdir(run);
  await writeFile(join(run, 'initramfs'), '');
  started = spawn(words[0] ?? '', [...words.slice(1)], { stdio: 'ignore', cwd: run });
  await writeFile(join(run, PID_FILE), `${started.pid ?? 0}\n`);
  return started;
}

test('the QEMU that a killed run left is ended by the next run, and its folder goes', async () => {
  const run = join(folder, 'run.partial-999999999-abc');
  const guest = await leftBehind('tail', '-f', join(run, 'initramfs'));
  const ended = new Promise((resolve) => guest.on('exit', (_status, signal) => resolve(signal)));
  await Cache.open(folder);
  expect(await ended).toBe('SIGKILL');
  expect(await readdir(folder)).toEqual([]);
});

test('another process that has got its number is left alone', async () => {
  const other = await leftBehind('sleep', '600');
  await Cache.open(folder);
  expect([other.exitCode, other.signalCode, await readdir(folder)]).toEqual([null, null, []]);
});

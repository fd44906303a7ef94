/** What only a real process shows: signals, pipes, full devices, threads. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ComparisonResult } from '../compare/result.ts';

const ENTRY = fileURLToPath(new URL('./fixtures/fake_main.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NODE = [process.execPath, '--import', 'tsx', ENTRY];
/** No variable of the test run decides how things look. */
const ENV = { PATH: process.env['PATH'], LANG: 'C' };

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gvh-process-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function shell(command: string): { status: number | null; stdout: string; stderr: string } {
  const gvh = NODE.map((word) => `'${word}'`).join(' ');
  return spawnSync('sh', ['-c', command.replaceAll('GVH', gvh)], { cwd: ROOT, encoding: 'utf8', env: ENV });
}

interface Started {
  readonly child: ChildProcess;
  readonly written: { stdout: string; stderr: string };
  readonly ended: Promise<number | null>;
}

function started(args: string[]): Started {
  const [node = '', ...rest] = NODE;
  const child = spawn(node, [...rest, ...args], { cwd: ROOT, env: ENV, stdio: ['ignore', 'pipe', 'pipe'] });
  const written = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (written.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (written.stderr += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, written, ended };
}

/** Sends SIGINT once standard error has said so much. */
async function interruptAfter(text: string, { child, written }: Started): Promise<void> {
  while (!written.stderr.includes(text)) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGINT');
}

describe('SIGINT', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    'a witness waiting for its guest ends it on %s',
    async (signal) => {
      const path = join(directory, 'r.json');
      const waiting = started(['witness', '--kernel', 'linux-6.1', '--cache', 'slow', '-o', path]);
      while (!waiting.written.stderr.includes('busy'))
        await new Promise((resolve) => setTimeout(resolve, 20));
      waiting.child.kill(signal);
      expect(await waiting.ended).toBe(130);
      expect(waiting.written.stderr).toContain('interrupted');
      expect(readdirSync(directory)).toEqual([]);
    },
  );

  test('a busy comparison stops, its partial result is whole, and the exit code is 130', async () => {
    const path = join(directory, 'r.json');
    const slow = started(['compare', 'slow', '-o', path]);
    await interruptAfter('busy', slow);
    expect(await slow.ended).toBe(130);
    expect(slow.written.stderr).toContain('stopping at the next check');
    expect((JSON.parse(readFileSync(path, 'utf8')) as ComparisonResult).complete).toBe(false);
    expect(readdirSync(directory)).toEqual(['r.json']);
  });

  test('a second one ends a simulator that does not listen, and nothing is written', async () => {
    const stuck = started(['compare', 'stuck', '-o', join(directory, 'r.json')]);
    await interruptAfter('busy', stuck);
    await interruptAfter('interrupt again', stuck);
    expect(await stuck.ended).toBe(130);
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('streams', () => {
  test('a reader who leaves is nobody’s error', () => {
    expect(shell('GVH list cost-tables | head -n 1')).toMatchObject({
      stderr: '',
      stdout: expect.stringContaining('gup-vs-hmm list') as unknown,
    });
  });

  test('a full device is told', () => {
    expect(shell('GVH list drivers > /dev/full')).toMatchObject({
      status: 2,
      stderr:
        'gup-vs-hmm: cannot write to standard output: no space is left on the device; free some, or write elsewhere\n',
    });
  });

  test('results go to standard output and everything else to standard error', () => {
    const { status, stdout, stderr } = shell('GVH compare holed --json');
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as ComparisonResult).complete).toBe(true);
    expect(stderr).toContain('torn line');
  });

  test('a result through a pipe is the result', () => {
    expect(shell('GVH compare example --json | GVH verify -')).toMatchObject({ status: 0 });
  });
});

test('an error of the simulator’s thread comes out as one: input 2, bug 3 with its stack', () => {
  expect(shell('GVH compare x.yaml')).toMatchObject({
    status: 2,
    stderr: 'gup-vs-hmm: x.yaml:3:16: no such driver\n  hint: list drivers\n',
  });
  const crash = shell('GVH compare crash --debug');
  expect(crash.status).toBe(3);
  expect(crash.stderr).toMatch(/internal error: page 3 has two owners\n[^]*at \S*compare .*fake_backend/);
});

test('the same command line gives the same bytes', () => {
  const [first, second] = [shell('GVH compare example'), shell('GVH compare example')];
  expect(first.stdout).toBe(second.stdout);
  expect(first.stdout).not.toMatch(/[\u001b\u2500-\u257f]/);
});

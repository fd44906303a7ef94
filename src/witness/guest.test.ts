/** What can go wrong with a guest: it is said in words, its process is ended, and nothing is left in the cache. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeRequest, processesIn, resultLine } from './fixtures/fake_guest.ts';
import { witnessGuest, type GuestRequest } from './guest.ts';
import { WitnessError } from './witness_error.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'witness-guest-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function failure(qemu: readonly string[], changes: Partial<GuestRequest> = {}): Promise<WitnessError> {
  const request = await fakeRequest(folder, qemu, changes);
  const error = await witnessGuest(request).catch((found: unknown) => found);
  if (!(error instanceof WitnessError)) throw new Error(`no WitnessError: ${String(error)}`);
  return error;
}

/** No folder of the run, and no program with one of its files. */
async function expectNothingLeft(): Promise<void> {
  expect((await readdir(join(folder, 'cache'))).filter((name) => name.includes('partial'))).toEqual([]);
  expect(await processesIn(folder)).toEqual([]);
}

const SAYS = [`echo '${resultLine(0, 'kernel 6.1.0-test')}'`, `echo '${resultLine(1, 'end')}'`];
const FOR_EVER = 'exec sleep 600';

describe('a guest', () => {
  test('that does its work is heard, and leaves nothing', async () => {
    const request = await fakeRequest(folder, ['echo hello >$console', ...SAYS]);
    const { lines, damage, consoleText } = await witnessGuest(request);
    expect([lines, damage, consoleText]).toEqual([['kernel 6.1.0-test', 'end'], [], 'hello\n']);
    await expectNothingLeft();
  });

  test('that crashes is said to, with its last words', async () => {
    const panic = ['echo "[ 1.0] Kernel panic - not syncing: test" >$console', SAYS[0] ?? ''];
    const { failure: kind, message } = await failure(panic);
    expect(kind).toBe('guest');
    expect(message).toMatch(/^The guest crashed: Kernel panic - not syncing: test\n/);
    expect(message).toContain('Its last result: kernel 6.1.0-test');
    await expectNothingLeft();
  });

  test('that may crash is heard as far as it came', async () => {
    const panic = [SAYS[0] ?? '', 'echo "Kernel panic - not syncing: test" >$console'];
    const request = await fakeRequest(folder, panic, { mayCrash: true });
    expect((await witnessGuest(request)).lines).toEqual(['kernel 6.1.0-test']);
  });

  test('that goes off at once is said to', async () => {
    expect((await failure(['echo "no init" >$console'])).message).toMatch(/off without a word[^]*no init/);
  });

  test('that says nothing any more is ended', async () => {
    const { message } = await failure([SAYS[0] ?? '', FOR_EVER], { silenceMs: 300 });
    expect(message).toMatch(/^The guest was ended: it hung/);
    await expectNothingLeft();
  });

  test('that still writes to its console is waited for', async () => {
    const boots = 'for n in 1 2 3 4 5 6; do echo $n >>$console; sleep 0.2; done';
    const request = await fakeRequest(folder, [boots, ...SAYS], { silenceMs: 600 });
    expect((await witnessGuest(request)).lines).toHaveLength(2);
  });

  test('that talks for ever is ended at its limit', async () => {
    const talks = ['n=0; while sleep 0.05; do echo noise; done'];
    expect((await failure(talks, { limitMs: 400 })).message).toMatch(/not done after 0 s/);
  });

  test('that the user stops is ended', async () => {
    const abort = new AbortController();
    const stop = setTimeout(() => abort.abort(), 300);
    const { failure: kind } = await failure([FOR_EVER], { signal: abort.signal });
    clearTimeout(stop);
    expect(kind).toBe('interrupted');
    await expectNothingLeft();
  });

  test('is not begun after the user has stopped it', async () => {
    const { failure: kind } = await failure(SAYS, { signal: AbortSignal.abort() });
    expect(kind).toBe('interrupted');
  });

  test('whose QEMU will not start: what QEMU says', async () => {
    const { message } = await failure(['echo "qemu: no such machine" >&2', 'exit 1']);
    expect(message).toBe('QEMU ended with status 1:\nqemu: no such machine');
    await expectNothingLeft();
  });

  test('for which the disk has no room', async () => {
    const { message } = await failure(['echo "No space left on device" >&2', 'exit 1']);
    expect(message).toMatch(/^The disk under .*cache is full/);
  });
});

test('--keep leaves initramfs and console where it says', async () => {
  const said: string[] = [];
  const request = await fakeRequest(folder, SAYS, { keep: true, say: (line) => said.push(line) });
  await witnessGuest(request);
  const place =
    said
      .find((line) => line.startsWith('kept: '))
      ?.slice('kept: '.length)
      .trim() ?? '';
  expect((await readdir(place)).sort()).toEqual(['initramfs', 'qemu.pid']);
  await expectNothingLeft();
});

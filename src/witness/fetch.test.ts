/** What can go wrong with packages: it is said in words, nothing half is left, and the next run works. */
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Cache } from './cache.ts';
import { fetchTools, unpackKernelFiles } from './fetch.ts';
import { FakeArchive, type Trouble } from './fixtures/fake_archive.ts';
import { kernelName, kernelTree } from './kernel_tree.ts';
import { abortable } from './run_command.ts';
import { WitnessError } from './witness_error.ts';

let folder = '';
let archive: FakeArchive;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'witness-fetch-'));
  archive = await FakeArchive.open(join(folder, 'bin'));
});

afterEach(async () => {
  archive.close();
  await rm(folder, { recursive: true, force: true });
});

const openCache = (): Promise<Cache> => Cache.open(join(folder, 'cache'));
const fetched = async (): Promise<string> =>
  (await fetchTools(await openCache(), false, () => undefined)).toolsRoot;

async function problem(): Promise<string> {
  const error = await fetched().catch((found: unknown) => found);
  if (error instanceof WitnessError) return error.message;
  throw new Error(`no WitnessError: ${String(error)}`);
}

/** Entries of the cache that a later run could take for whole. */
const entries = async (): Promise<string[]> =>
  (await readdir(join(folder, 'cache'))).filter((name) => name !== 'apt');

describe('packages', () => {
  test('are fetched and unpacked once, and then used without a network', async () => {
    const root = await fetched();
    expect(await readFile(join(root, 'usr/bin/a-tool'), 'utf8')).toBe('hello');
    await archive.set('no network');
    expect(await fetched()).toBe(root);
    expect(await archive.calls()).toEqual(['update', 'download']);
  });

  test.each<[Trouble, RegExp]>([
    [
      'no network',
      /^Could not fetch the package lists\. Is there a network\? Nothing was kept[^]*resolving its name$/,
    ],
    ['half a package', /^The package a-tool 1\.0 arrived damaged: 3 bytes of 5/],
    ['broken off', /^Could not fetch the packages\.[^]*Connection reset/],
    ['disk full', /^The disk under .*cache is full; what was half made is removed/],
  ])('%s: said, nothing is kept, and the next run works', async (trouble, text) => {
    await archive.set(trouble);
    const message = await problem();
    expect(message).toMatch(text);
    expect(message).not.toContain('archive.example');
    expect(await entries()).toEqual([]);
    await archive.set('none');
    expect(await readFile(join(await fetched(), 'usr/bin/a-tool'), 'utf8')).toBe('hello');
  });

  test.each<[string, (root: string) => Promise<void>]>([
    ['lost a file', (root) => unlink(join(root, 'usr/bin/a-tool'))],
    ['has a file that is cut', (root) => truncate(join(root, 'usr/bin/a-tool'), 2)],
    ['is gone', (root) => rm(root, { recursive: true })],
  ])('a tree that %s is made anew', async (_, harm) => {
    const root = await fetched();
    await harm(root);
    expect(await fetched()).toBe(root);
    expect(await readFile(join(root, 'usr/bin/a-tool'), 'utf8')).toBe('hello');
    expect(await archive.calls()).toEqual(['update', 'download', 'update', 'download']);
  });

  test.each(['', '{', '{"name":"tools-1"}'])(
    'a note of what is there that reads %j is made anew',
    async (text) => {
      await fetched();
      await writeFile(join(folder, 'cache/resolved-tools.json'), text);
      await fetched();
      expect(await archive.calls()).toEqual(['update', 'download', 'update']);
    },
  );

  test('the user stops: the program that is running is ended', async () => {
    await archive.set('slow');
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 300);
    const error = await abortable(abort.signal, fetched).catch((found: unknown) => found);
    expect(error).toMatchObject({ failure: 'interrupted' });
    expect(await entries()).toEqual([]);
  });
});

describe('a cache', () => {
  test.each(['/sys/nothing', '/dev/null'])('that cannot be made at %s', async (place) => {
    const error = await Cache.open(place).catch((found: unknown) => found);
    expect(String(error)).toMatch(/Cannot use .* as the cache: .*Name another with --cache/);
  });
});

describe('a kernel by its packages', () => {
  test.each([
    ['no file', undefined, /^Cannot read .*image\.deb: ENOENT/],
    ['no package', 'hello', /is not a Debian package file \(\.deb\)\. --image and --headers take those/],
  ])('%s', async (_, text, message) => {
    const deb = join(folder, 'image.deb');
    if (text !== undefined) await writeFile(deb, text);
    const error = await unpackKernelFiles(await openCache(), [deb]).catch((found: unknown) => found);
    expect(error).toMatchObject({ failure: 'setup' });
    expect((error as Error).message).toMatch(message);
    expect(await entries()).toEqual([]);
  });

  async function tree(image: Buffer | string): Promise<unknown> {
    for (const name of ['boot', 'usr/src/linux-headers-6.6.1-x', 'usr/src/linux-headers-6.6.1-common'])
      await mkdir(join(folder, 'root', name), { recursive: true });
    await writeFile(join(folder, 'root/boot/vmlinuz-6.6.1-x'), image);
    return kernelTree(join(folder, 'root')).catch((found: unknown) => found);
  }

  test('whose image is none', async () => {
    for (const image of ['', 'hello', Buffer.alloc(4096)])
      expect(String(await tree(image))).toMatch(/vmlinuz-6\.6\.1-x is not a kernel image for x86/);
    const image = Buffer.alloc(4096);
    image.write('HdrS', 0x202);
    expect(await tree(image)).toMatchObject({ release: '6.6.1-x' });
  });

  test('has the name of its release', () => {
    expect(kernelName('6.12.117+deb12-amd64')).toBe('linux-6.12');
    expect(kernelName('custom')).toBe('linux-custom');
  });
});

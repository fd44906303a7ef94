import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requireWhole } from './apt.ts';
import { Cache, cacheFolder } from './cache.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'witness-cache-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('the cache is where the user or the desktop standard says', () => {
  expect(cacheFolder(undefined, { XDG_CACHE_HOME: '/c' })).toBe('/c/gup-vs-hmm');
  expect(cacheFolder(undefined, { XDG_CACHE_HOME: '' })).toMatch(/\/\.cache\/gup-vs-hmm$/);
  expect(cacheFolder('/mine', { XDG_CACHE_HOME: '/c' })).toBe('/mine');
});

describe('an entry', () => {
  test('is made once', async () => {
    const cache = await Cache.open(folder);
    let made = 0;
    const make = async (aside: string) => {
      made++;
      await writeFile(join(aside, 'file'), 'x');
    };
    const place = await cache.entry('tools', make);
    expect(await cache.entry('tools', make)).toBe(place);
    expect(made).toBe(1);
    expect((await readdir(place)).sort()).toEqual(['.contents', 'file']);
  });

  test('that fails leaves nothing behind', async () => {
    const cache = await Cache.open(folder);
    const half = cache.entry('tools', async (aside) => {
      await writeFile(join(aside, 'half'), 'x');
      throw new Error('the network went away');
    });
    await expect(half).rejects.toThrow(/network went away/);
    expect(await readdir(folder)).toEqual([]);
  });

  test('that fills the disk says so', async () => {
    const cache = await Cache.open(folder);
    const full = cache.entry('tools', () => Promise.reject(new Error('tar: write: No space left on device')));
    await expect(full).rejects.toThrow(/disk under .* is full.*--cache/s);
    await expect(cache.requireSpace(1e18, 'unpacking')).rejects.toThrow(/Not enough disk for unpacking/);
    await expect(cache.requireSpace(1, 'unpacking')).resolves.toBeUndefined();
  });
});

test('wreckage of a dead run goes, that of a living one stays', async () => {
  // Larger than any process id that Linux hands out.
  await mkdir(join(folder, 'tools.partial-4194999-abc'));
  await mkdir(join(folder, `tools.partial-${process.pid}-abc`));
  await mkdir(join(folder, 'tools-1'));
  await Cache.open(folder);
  expect(await readdir(folder)).toEqual(['tools-1', `tools.partial-${process.pid}-abc`]);
});

test('older versions of an entry go, and nothing else', async () => {
  const others = ['linux-6.1-notadigest', 'linux-6.12-aaaaaaaaaaaa', 'resolved-linux-6.1.json'];
  for (const name of ['linux-6.1-aaaaaaaaaaaa', 'linux-6.1-bbbbbbbbbbbb', ...others]) {
    await mkdir(join(folder, name));
  }
  const cache = await Cache.open(folder);
  await cache.removeOlder('linux-6.1', 'linux-6.1-bbbbbbbbbbbb');
  expect((await readdir(folder)).sort()).toEqual(['linux-6.1-bbbbbbbbbbbb', ...others].sort());
});

test('a package that arrived half is refused', async () => {
  const path = join(folder, 'a.deb');
  await writeFile(path, 'hello');
  const info = { name: 'a', version: '1', size: 5, installedSize: 0, sha256: '' };
  const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
  await expect(requireWhole(path, { ...info, sha256 })).resolves.toBeUndefined();
  await expect(requireWhole(path, { ...info, sha256, size: 6 })).rejects.toThrow(
    /arrived damaged: 5 bytes of 6/,
  );
  await expect(requireWhole(path, info)).rejects.toThrow(/arrived damaged/);
});

import { describe, expect, test } from 'vitest';
import { isDataPath } from './file_object.ts';
import { Namespace, joinPath } from './namespace.ts';

test.each([
  ['/a', 'b', '/a/b'],
  ['/a', '/b', '/b'],
  ['/a', '../c/./d//e', '/c/d/e'],
  ['/a', '.', '/a'],
  ['/', 'b', '/b'],
  ['/a', '../../..', '/'],
  ['/a', 'b.c/..d', '/a/b.c/..d'],
  [undefined, 'b', 'b'],
  [undefined, './b', 'b'],
  [undefined, '../b', '../b'],
])('%s and %s make %s', (base, path, joined) => {
  expect(joinPath(base, path)).toBe(joined);
});

test('data files: the prefix, shared memory and memfds', () => {
  expect(isDataPath('/mnt/data/a', '/mnt/data/')).toBe(true);
  expect(isDataPath('/mnt/database', '/mnt/data/')).toBe(false);
  expect(isDataPath('/dev/shm/a', '/mnt/data/')).toBe(true);
  expect(isDataPath('/memfd:a', '/mnt/data/')).toBe(true);
  expect(isDataPath('/srv/a', '/srv/')).toBe(true);
});

describe('Namespace', () => {
  test('follows a file through rename, link and unlink', () => {
    const names = new Namespace('/d/');
    const file = names.findOrAdd('/d/a', 'yes');
    names.link('/d/b', file);
    names.rename('/d/a', '/d/c');
    expect(names.find('/d/a')).toBeUndefined();
    expect(names.find('/d/c')).toBe(file);
    expect(file.links).toBe(2);
    expect(names.unlink('/d/c')).toBe(file);
    expect(names.unlink('/d/b')?.links).toBe(0);
    expect(names.findOrAdd('/d/a', 'yes')).not.toBe(file);
  });

  test('gives back the file that a rename replaces', () => {
    const names = new Namespace('/d/');
    const old = names.findOrAdd('/d/old', 'no');
    const fresh = names.findOrAdd('/d/fresh', 'yes');
    expect(names.rename('/d/fresh', '/d/old')).toBe(old);
    expect(old.links).toBe(0);
    expect(names.find('/d/old')).toBe(fresh);
  });

  test('rename between two names of one file does nothing', () => {
    const names = new Namespace('/d/');
    const file = names.findOrAdd('/d/a', 'yes');
    names.link('/d/b', file);
    expect(names.rename('/d/a', '/d/b')).toBeUndefined();
    expect(file.links).toBe(2);
  });

  test('exchanges names, known or not', () => {
    const names = new Namespace('/d/');
    const a = names.findOrAdd('/d/a', 'yes');
    const b = names.findOrAdd('/d/b', 'yes');
    names.exchange('/d/a', '/d/b');
    expect([names.find('/d/a'), names.find('/d/b')]).toEqual([b, a]);
    names.exchange('/d/a', '/d/unknown');
    expect([names.find('/d/a'), names.find('/d/unknown')]).toEqual([undefined, b]);
  });

  test('moves what lies below a renamed directory', () => {
    const names = new Namespace('/d/');
    const file = names.findOrAdd('/d/x/y/f', 'yes');
    const directory = names.findOrAdd('/d/x', 'no');
    directory.regular = false;
    const other = names.findOrAdd('/d/xx/f', 'yes');
    names.rename('/d/x', '/d/z');
    expect(names.find('/d/z/y/f')).toBe(file);
    expect(names.find('/d/x/y/f')).toBeUndefined();
    expect(names.find('/d/xx/f')).toBe(other);
  });

  test('exchanges directories with all that lies below them', () => {
    const names = new Namespace('/d/');
    const a = names.findOrAdd('/d/x/f', 'yes');
    const b = names.findOrAdd('/d/y/g', 'yes');
    names.exchange('/d/x', '/d/y');
    expect([names.find('/d/y/f'), names.find('/d/x/g')]).toEqual([a, b]);
    expect([names.find('/d/x/f'), names.find('/d/y/g')]).toEqual([undefined, undefined]);
  });

  test('nameless files are known by the path that descriptors show, while they are open or mapped', () => {
    const names = new Namespace('/d/');
    const gone = names.findDeleted('/d/a');
    gone.holders = 1;
    expect(names.findDeleted('/d/a')).toBe(gone);
    gone.holders = 0;
    expect(names.findDeleted('/d/a')).not.toBe(gone);
    expect(names.find('/d/a')).toBeUndefined();
    expect(names.nameless('pipe:[1]', 'no')).toMatchObject({ hasPath: false, isModelled: false });
  });

  test('an unlinked file is found by the name it had; those that nobody holds are forgotten', () => {
    const names = new Namespace('/d/');
    const file = names.findOrAdd('/d/a', 'yes');
    file.holders = 1;
    names.unlink('/d/a');
    for (let i = 0; i < 5000; i++) names.nameless(`/d/#${i}`, 'yes');
    expect(names.findDeleted('/d/a')).toBe(file);
    names.link('/d/b', file);
    expect(names.findDeleted('/d/a')).not.toBe(file);
  });
});

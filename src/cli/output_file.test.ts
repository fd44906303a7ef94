import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkOutputFile, writeOutputFile, type FileCalls } from './output_file.ts';
import { UsageError } from './usage_error.ts';

let directory = '';
beforeEach(() => {
  directory = fs.mkdtempSync(join(tmpdir(), 'gvh-out-'));
});
afterEach(() => {
  fs.rmSync(directory, { recursive: true });
});

/** File system calls of which one fails. */
function failing(name: keyof FileCalls, code: string): FileCalls {
  const fail = (): never => {
    throw Object.assign(new Error(`${code}: from the test`), { code });
  };
  return { ...fs, [name]: fail };
}

describe('writeOutputFile', () => {
  test('writes a new file, and nothing is left beside it', () => {
    const path = join(directory, 'r.json');
    writeOutputFile(path, 'text');
    expect(fs.readFileSync(path, 'utf8')).toBe('text');
    expect(fs.readdirSync(directory)).toEqual(['r.json']);
  });

  test('replaces a file and keeps its mode', () => {
    const path = join(directory, 'r.json');
    fs.writeFileSync(path, 'old');
    fs.chmodSync(path, 0o640);
    writeOutputFile(path, 'new');
    expect(fs.readFileSync(path, 'utf8')).toBe('new');
    expect(fs.statSync(path).mode & 0o777).toBe(0o640);
  });

  test('goes through a symbolic link, which stays one', () => {
    fs.writeFileSync(join(directory, 'real'), 'old');
    fs.symlinkSync('real', join(directory, 'link'));
    writeOutputFile(join(directory, 'link'), 'new');
    expect(fs.lstatSync(join(directory, 'link')).isSymbolicLink()).toBe(true);
    expect(fs.readFileSync(join(directory, 'real'), 'utf8')).toBe('new');
  });

  test('writes to a device and does not replace it', () => {
    writeOutputFile('/dev/null', 'text');
    expect(fs.statSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(() => writeOutputFile('/dev/full', 'text')).toThrow(
      'cannot write /dev/full: no space is left on the device',
    );
  });

  test.each<[keyof FileCalls, string, string]>([
    ['writeFileSync', 'ENOSPC', 'no space is left on the device; free some, or write elsewhere'],
    ['fsyncSync', 'EDQUOT', 'your disk quota is used up'],
    ['renameSync', 'EACCES', 'you may not write there'],
    ['closeSync', 'EIO', 'EIO: from the test'],
  ])('when %s fails with %s the old file stays, the temporary one goes', (name, code, words) => {
    const path = join(directory, 'r.json');
    fs.writeFileSync(path, 'old');
    const write = (): void => writeOutputFile(path, 'new', failing(name, code));
    expect(write).toThrow(UsageError);
    expect(write).toThrow(`cannot write ${path}: ${words}`);
    expect(fs.readFileSync(path, 'utf8')).toBe('old');
    expect(fs.readdirSync(directory)).toEqual(['r.json']);
  });
});

describe('checkOutputFile', () => {
  test('says nothing for what can be written', () => {
    fs.writeFileSync(join(directory, 'old'), '');
    for (const path of ['old', 'new']) expect(() => checkOutputFile(join(directory, path))).not.toThrow();
    expect(() => checkOutputFile('/dev/null')).not.toThrow();
  });

  test('names what is wrong', () => {
    fs.writeFileSync(join(directory, 'file'), '');
    expect(() => checkOutputFile(join(directory, 'no', 'r'))).toThrow('there is no such directory');
    expect(() => checkOutputFile(directory)).toThrow('this is a directory');
    expect(() => checkOutputFile(join(directory, 'new/'))).toThrow('this is a directory');
    expect(() => checkOutputFile(join(directory, 'file', 'r'))).toThrow('not a directory');
    expect(() => checkOutputFile(join(directory, 'file'), failing('accessSync', 'EROFS'))).toThrow(
      'read-only',
    );
  });
});

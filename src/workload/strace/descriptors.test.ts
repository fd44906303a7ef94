import { describe, expect, test } from 'vitest';
import { DescriptorTable } from './descriptors.ts';
import { FileObject, OpenFile } from './file_object.ts';

function opened(path: string): OpenFile {
  return new OpenFile(new FileObject(path, true, 'yes'), 0n, false);
}

function collector(): { gone: string[]; released: (open: OpenFile) => void } {
  const gone: string[] = [];
  return { gone, released: (open) => void gone.push(open.file.path) };
}

describe('DescriptorTable', () => {
  test('a description goes with the last descriptor of the table', () => {
    const { gone, released } = collector();
    const parent = new DescriptorTable();
    const open = opened('/a');
    parent.set(3, open, false, released);
    parent.set(4, open, false, released);
    const child = parent.copy(true);
    parent.remove(3, released);
    expect(gone).toEqual([]);
    parent.remove(4, released);
    parent.remove(4, released);
    expect(gone).toEqual(['/a']);
    child.remove(3, released);
    child.remove(4, released);
    expect(gone).toEqual(['/a', '/a']);
  });

  test("what an operation opened is the child's as well only if an operation copied it", () => {
    const parent = new DescriptorTable();
    const open = opened('/mnt/data/a');
    parent.set(3, open, false, () => undefined);
    expect(parent.dataFiles()).toEqual([{ open, modelled: false }]);
    parent.markModelled(open);
    expect(parent.copy(true).dataFiles()).toEqual([{ open, modelled: true }]);
    expect(parent.copy(false).dataFiles()).toEqual([{ open, modelled: false }]);
  });

  test('a number that is used again drops its earlier meaning, and dup2 onto itself drops nothing', () => {
    const { gone, released } = collector();
    const table = new DescriptorTable();
    const first = opened('/a');
    table.set(3, first, false, released);
    table.set(3, first, false, released);
    expect(gone).toEqual([]);
    table.set(3, opened('/b'), false, released);
    expect(gone).toEqual(['/a']);
  });

  test('execve closes what is marked, the last user closes the rest', () => {
    const { gone, released } = collector();
    const table = new DescriptorTable();
    table.users = 2;
    table.set(3, opened('/a'), true, released);
    table.set(4, opened('/b'), false, released);
    table.set(5, opened('/c'), false, released);
    table.setCloseOnExec(5, true);
    table.setCloseOnExec(99, true);
    table.closeOnExec(released);
    expect(gone).toEqual(['/a', '/c']);
    table.leave(released);
    expect(gone).toEqual(['/a', '/c']);
    table.leave(released);
    expect(gone).toEqual(['/a', '/c', '/b']);
  });

  test('ranges include both ends', () => {
    const table = new DescriptorTable();
    for (const fd of [3, 4, 5, 9]) table.set(fd, opened(`/${fd}`), false, () => undefined);
    expect(table.within(4, 9)).toEqual([4, 5, 9]);
  });
});

import { describe, expect, test } from 'vitest';
import { cpioArchive } from './cpio.ts';
import { missingText } from './host_tools.ts';
import { consoleTail, kernelAlarms } from './kernel_log.ts';
import { dependsOf, guestModules, loadOrder, moduleName } from './kernel_modules.ts';
import { KERNEL_COMMAND_LINE, qemuArguments } from './qemu.ts';
import { parseLibraries } from './tools_tree.ts';

/** Names and modes in an archive, read back by the format's own rules. */
function listed(archive: Buffer): [path: string, mode: string, content: string][] {
  const found: [string, string, string][] = [];
  for (let at = 0; at < archive.length;) {
    const number = (index: number) =>
      Number.parseInt(archive.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16);
    expect(archive.toString('latin1', at, at + 6)).toBe('070701');
    const start = at + 110;
    const name = archive.toString('utf8', start, start + number(11) - 1);
    const content = start + number(11) + ((4 - ((110 + number(11)) % 4)) % 4);
    found.push([name, number(1).toString(8), archive.toString('utf8', content, content + number(6))]);
    at = content + number(6) + ((4 - (number(6) % 4)) % 4);
  }
  return found;
}

test('an initramfs has folders before files and a trailer', () => {
  const entries = [
    { path: 'bin/sh', content: Buffer.from('hello'), executable: true },
    { path: 'lib/a/b', content: Buffer.from(''), executable: false },
  ];
  expect(listed(cpioArchive(entries))).toEqual([
    ['bin', '40755', ''],
    ['lib', '40755', ''],
    ['lib/a', '40755', ''],
    ['bin/sh', '100755', 'hello'],
    ['lib/a/b', '100644', ''],
    ['TRAILER!!!', '0', ''],
  ]);
});

describe('kernel modules', () => {
  const object = (depends: string) => Buffer.from(`\x7fELF\0license=GPL\0depends=${depends}\0retpoline=Y\0`);

  test('say what they need', () => {
    expect(dependsOf(object('mbcache,jbd2'))).toEqual(['mbcache', 'jbd2']);
    expect(dependsOf(object(''))).toEqual([]);
    expect(dependsOf(Buffer.from('no such section'))).toEqual([]);
    expect(moduleName('kernel/drivers/acpi/nfit/nfit.ko.xz')).toBe('nfit');
    expect(moduleName('crc32c-intel.ko')).toBe('crc32c_intel');
    expect(moduleName('modules.dep')).toBeUndefined();
  });

  test('are loaded after what they need', async () => {
    const needs = new Map([
      ['ext4', ['jbd2', 'crc16']],
      ['jbd2', ['crc16']],
    ]);
    const dependencies = (name: string) => Promise.resolve(needs.get(name) ?? []);
    expect(await loadOrder(['ext4', 'jbd2'], dependencies)).toEqual(['crc16', 'jbd2', 'ext4']);
    await expect(loadOrder(['a'], () => Promise.resolve(['a']))).rejects.toThrow(/depends on itself/);
  });

  test('that are missing and not built in are an error', async () => {
    await expect(
      guestModules(new Map(), new Set(['ext4', 'xfs']), () => Promise.resolve(object(''))),
    ).rejects.toThrow(/nfit, nd_pmem, brd/);
  });
});

test('QEMU keeps console and results apart, and never reboots', () => {
  const files = { kernelImage: 'vmlinuz', initramfs: 'initramfs', consoleLog: 'console.log' };
  const line = qemuArguments('tcg', 'firmware', files).join(' ');
  expect(line).toContain('-serial file:console.log -serial stdio');
  expect(line).toContain('-no-reboot');
  expect(line.match(/-device nvdimm/g)).toHaveLength(2);
  expect(qemuArguments('kvm', 'firmware', files).slice(0, 2)).toEqual(['-accel', 'kvm']);
  expect(KERNEL_COMMAND_LINE).toContain('oops=panic');
});

test('a library that is missing is named', () => {
  const listing =
    '\tlinux-vdso.so.1 (0x1)\n\tlibm.so.6 => /t/libm.so.6 (0x2)\n\t/lib64/ld-linux-x86-64.so.2 => /t/ld-linux-x86-64.so.2 (0x3)\n';
  expect(parseLibraries(listing, 'ndctl')).toEqual(['/t/libm.so.6']);
  expect(() => parseLibraries('\tlibndctl.so.6 => not found\n', 'ndctl')).toThrow(
    /ndctl needs libndctl.so.6/,
  );
});

test('missing tools come with one command that brings them', () => {
  const text = missingText([
    { anyOf: ['make'], debianPackage: 'make', neededFor: 'building' },
    { anyOf: ['gcc-12'], debianPackage: 'gcc-12', neededFor: 'building' },
  ]);
  expect(text).toContain('apt-get install --no-install-recommends make gcc-12');
});

describe('the console', () => {
  test('is searched for warnings and worse', () => {
    const log =
      '[    1.0] quiet\r\n[    2.0] WARNING: CPU: 0 PID: 7 at mm/gup.c:12\r\n[    2.1] Call Trace:\r\n';
    expect(kernelAlarms(log)).toEqual(['WARNING: CPU: 0 PID: 7 at mm/gup.c:12', 'Call Trace:', '']);
    expect(kernelAlarms('XFS (pmem1): DAX enabled. Warning: EXPERIMENTAL\n')).toEqual([]);
  });

  test('ends with its last lines', () => {
    expect(consoleTail('a\r\nb\nc\n\n', 2)).toBe('b\nc');
  });
});

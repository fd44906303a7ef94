import { describe, expect, test } from 'vitest';
import { debFilePrefix, kernelParts, parsePackageInfos, simulatedInstalls } from './packages.ts';
import { parseTree } from './resolved.ts';

const SIMULATION = `
NOTE: This is only a simulation!
Inst gcc-12-base (12.2.0-14+deb12u1 Debian:12.13/oldstable [amd64])
Inst libc6 (2.36-9+deb12u14 Debian:12.13/oldstable [amd64]) [libgcc-s1:amd64 ]
Inst busybox-static [1.34] (1:1.35.0-4+deb12u1+b1 Debian:12.13/oldstable [amd64])
Conf libc6 (2.36-9+deb12u14 Debian:12.13/oldstable [amd64])
`;

const SHOWN = `Package: busybox-static
Source: busybox
Version: 1:1.35.0-4+deb12u1+b1
Installed-Size: 2024
Size: 928188
SHA256: 3d3fdbe9
Description: Standalone rescue shell

Package: libc6
Version: 2.36-9+deb12u14
Installed-Size: 12986
Size: 2759320
SHA256: 8d98f0c8
`;

describe('what apt says', () => {
  test('names every package to install with its version, sorted', () => {
    expect(simulatedInstalls(SIMULATION)).toEqual([
      ['busybox-static', '1:1.35.0-4+deb12u1+b1'],
      ['gcc-12-base', '12.2.0-14+deb12u1'],
      ['libc6', '2.36-9+deb12u14'],
    ]);
  });

  test('nothing to install is an error', () => {
    expect(() => simulatedInstalls('E: Unable to locate package ndctl')).toThrow(/ndctl/);
  });

  test('gives size and digest of each package', () => {
    const [busybox, libc] = parsePackageInfos(SHOWN);
    expect(busybox).toEqual({
      name: 'busybox-static',
      version: '1:1.35.0-4+deb12u1+b1',
      size: 928188,
      installedSize: 2024 * 1024,
      sha256: '3d3fdbe9',
    });
    expect(libc?.name).toBe('libc6');
  });

  test('a package that cannot be checked is refused', () => {
    expect(() => parsePackageInfos(SHOWN.replace(/^SHA256: 8d.*\n/m, ''))).toThrow(/without SHA256/);
  });
});

describe('a kernel', () => {
  test('is its image, headers and build tools, without compiler and meta-packages', () => {
    const names = [
      'binutils',
      'gcc-12',
      'linux-base',
      'linux-compiler-gcc-12-x86',
      'linux-headers-6.1.0-56-amd64',
      'linux-headers-6.1.0-56-common',
      'linux-headers-amd64',
      'linux-image-6.1.0-56-amd64',
      'linux-image-6.12-amd64',
      'linux-image-amd64',
      'linux-kbuild-6.1',
    ];
    expect(kernelParts(names.map((name) => [name, '1'])).map(([name]) => name)).toEqual([
      'linux-headers-6.1.0-56-amd64',
      'linux-headers-6.1.0-56-common',
      'linux-image-6.1.0-56-amd64',
      'linux-kbuild-6.1',
    ]);
  });
});

test('a downloaded file has the epoch of its version escaped', () => {
  expect(debFilePrefix({ name: 'busybox-static', version: '1:1.35.0-4' })).toBe(
    'busybox-static_1%3a1.35.0-4_',
  );
});

test('a record of another shape counts as none', () => {
  const tree = { name: 'tools-1', packages: parsePackageInfos(SHOWN) };
  expect(parseTree(JSON.stringify(tree))).toEqual(tree);
  expect(parseTree('{"name":"tools-1","packages":[]}')).toBeUndefined();
  expect(parseTree('{"name":"tools')).toBeUndefined();
});

/** Which Debian packages a run needs, and how apt's answers about them are read. */
import { WitnessError } from './witness_error.ts';

/** One package as the archive describes it. */
export interface PackageInfo {
  readonly name: string;
  readonly version: string;
  /** Bytes of the .deb file. */
  readonly size: number;
  /** Bytes on disk once unpacked, as declared (in steps of 1 KiB). */
  readonly installedSize: number;
  readonly sha256: string;
}

/** A kernel that can be asked for by name, and the meta-packages that stand for its newest build. */
export interface KernelChoice {
  readonly name: string;
  readonly imageMeta: string;
  readonly headersMeta: string;
}

export const KERNELS: readonly KernelChoice[] = [
  { name: 'linux-6.1', imageMeta: 'linux-image-amd64', headersMeta: 'linux-headers-amd64' },
  { name: 'linux-6.12', imageMeta: 'linux-image-6.12-amd64', headersMeta: 'linux-headers-6.12-amd64' },
];

/** QEMU, and what the guest's user space is made of; xz unpacks newer kernels' modules, libelf1 serves objtool. */
export const TOOL_PACKAGES: readonly string[] = [
  'busybox-static',
  'e2fsprogs',
  'libelf1',
  'ndctl',
  'qemu-system-x86',
  'xfsprogs',
  'xz-utils',
];

/** Packages whose name matches are what a kernel consists of; the rest of its closure is user space. */
const KERNEL_PACKAGE = /^linux-(image|headers|kbuild|compiler)-/;

/** `[name, version]` of each package that `apt-get -s install` says it would install, in name order. */
export function simulatedInstalls(output: string): [name: string, version: string][] {
  const found: [string, string][] = [];
  for (const line of output.split('\n')) {
    // Inst libc6 (2.36-9+deb12u14 Debian:12.13/oldstable [amd64])
    const match = /^Inst (\S+) (?:\[\S+\] )?\((\S+) /.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) found.push([match[1], match[2]]);
  }
  if (found.length === 0)
    throw new WitnessError('setup', `apt-get names no package to install:\n${output.trim()}`);
  return found.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Those packages of a closure that hold a kernel, its headers and its build tools; meta-packages left out. */
export function kernelParts(closure: readonly [name: string, version: string][]): [string, string][] {
  return closure.filter(([name]) => KERNEL_PACKAGE.test(name) && /\d\.\d/.test(name) && !isMeta(name));
}

function isMeta(name: string): boolean {
  return KERNELS.some(({ imageMeta, headersMeta }) => name === imageMeta || name === headersMeta);
}

/** The paragraphs of `apt-cache show`; each must have the fields that a download is checked by. */
export function parsePackageInfos(output: string): PackageInfo[] {
  return output
    .split(/\n\n+/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => {
      const field = (name: string): string => {
        const value = new RegExp(`^${name}: (.*)$`, 'm').exec(paragraph)?.[1];
        if (value === undefined) {
          throw new WitnessError(
            'setup',
            `apt-cache shows a package without ${name}:\n${paragraph.slice(0, 200)}`,
          );
        }
        return value.trim();
      };
      return {
        name: field('Package'),
        version: field('Version'),
        size: Number(field('Size')),
        installedSize: Number(field('Installed-Size')) * 1024,
        sha256: field('SHA256'),
      };
    });
}

/** The name apt-get gives a downloaded file begins so; the colon of an epoch is written as %3a. */
export function debFilePrefix({ name, version }: Pick<PackageInfo, 'name' | 'version'>): string {
  return `${name}_${version.replaceAll(':', '%3a')}_`;
}

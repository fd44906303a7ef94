/** Where the parts of one unpacked kernel are. */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WitnessError } from './witness_error.ts';

export interface KernelTree {
  readonly root: string;
  /** As `uname -r` will say, for example 6.1.0-56-amd64. */
  readonly release: string;
  readonly image: string;
  /** The headers of this flavour, and those that all flavours share. */
  readonly headers: string;
  readonly commonHeaders: string;
}

/** Finds the parts by the names that Debian gives them. */
export async function kernelTree(root: string): Promise<KernelTree> {
  const boot = await readdir(join(root, 'boot')).catch((): string[] => []);
  const images = boot.filter((name) => name.startsWith('vmlinuz-'));
  const image = images[0];
  if (image === undefined || images.length > 1) {
    throw new WitnessError('setup', `${root} holds ${images.length} kernel images; one is needed.`);
  }
  const release = image.slice('vmlinuz-'.length);
  const sources = await readdir(join(root, 'usr', 'src')).catch((): string[] => []);
  // Flavours have one each: -common, -common-rt.
  const common = sources.find((name) => /^linux-headers-.*-common(-\w+)?$/.test(name));
  if (!sources.includes(`linux-headers-${release}`) || common === undefined) {
    throw new WitnessError(
      'setup',
      `${root} has kernel ${release} but not its headers: packages linux-headers-${release}, its -common and linux-kbuild.`,
    );
  }
  await requireKernelImage(join(root, 'boot', image));
  return {
    root,
    release,
    image: join(root, 'boot', image),
    headers: join(root, 'usr', 'src', `linux-headers-${release}`),
    commonHeaders: join(root, 'usr', 'src', common),
  };
}

/** The project's name for a release: `linux-6.1` for 6.1.0-56-amd64. */
export function kernelName(release: string): string {
  return `linux-${/^\d+\.\d+/.exec(release)?.[0] ?? release}`;
}

/** Where the boot protocol of x86 puts its mark (Documentation/x86/boot.rst), and the mark. */
const MARK_AT = 0x202;
const MARK = 'HdrS';

/** Throws for a file that no x86 machine boots: QEMU would say nothing of use. */
async function requireKernelImage(path: string): Promise<void> {
  const file = await open(path);
  try {
    const mark = Buffer.alloc(MARK.length);
    await file.read(mark, 0, mark.length, MARK_AT);
    if (mark.toString('latin1') === MARK) return;
  } finally {
    await file.close();
  }
  throw new WitnessError('setup', `${path} is not a kernel image for x86: it has no boot header.`);
}

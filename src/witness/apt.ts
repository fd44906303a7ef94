/**
 * Asking apt, without touching the host: package lists, status and archives live under the cache, so neither
 * root nor an up-to-date host is needed, and the empty status makes apt name every package down to libc, so
 * that what is unpacked does not depend on what this machine happens to have.
 */
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Cache } from './cache.ts';
import { debFilePrefix, parsePackageInfos, simulatedInstalls, type PackageInfo } from './packages.ts';
import { mustRun, runCommand } from './run_command.ts';
import { WitnessError } from './witness_error.ts';

export class Apt {
  readonly #options: readonly string[];
  readonly #say: (line: string) => void;
  #updated = false;

  private constructor(options: readonly string[], say: (line: string) => void) {
    this.#options = options;
    this.#say = say;
  }

  static async open(cache: Cache, say: (line: string) => void): Promise<Apt> {
    const state = cache.path('apt');
    for (const folder of ['lists/partial', 'archives/partial']) {
      await mkdir(join(state, folder), { recursive: true });
    }
    const status = join(state, 'status');
    await writeFile(status, '');
    const settings = [
      `Dir::State=${state}`,
      `Dir::State::lists=${state}/lists`,
      `Dir::State::status=${status}`,
      `Dir::Cache=${state}`,
      `Dir::Cache::archives=${state}/archives`,
      // The user _apt may not be allowed into the cache folder.
      `APT::Sandbox::User=${process.getuid?.() === 0 ? 'root' : ''}`,
      'APT::Install-Recommends=false',
      'Acquire::Languages=none',
      'Acquire::Retries=2',
    ];
    return new Apt(
      settings.flatMap((setting) => ['-o', setting]),
      say,
    );
  }

  /** Fetches the package lists of the sources that this machine is set up with; once per run. */
  async update(): Promise<void> {
    if (this.#updated) return;
    this.#say('fetching package lists');
    const result = await runCommand('apt-get', [...this.#options, '-qq', 'update']);
    // apt-get update ends with 0 when a list could not be fetched, and says so on standard error.
    if (result.status !== 0 || /^(E:|W: (Failed to fetch|Some index files failed))/m.test(result.stderr)) {
      throw noNetwork('the package lists', result.stderr);
    }
    this.#updated = true;
  }

  /** The named packages and everything they depend on. */
  async closure(names: readonly string[]): Promise<PackageInfo[]> {
    const result = await runCommand('apt-get', [...this.#options, '-s', '-y', 'install', ...names]);
    if (result.status !== 0) {
      throw new WitnessError(
        'setup',
        `The package sources of this machine do not offer ${names.join(', ')}:\n${result.stderr.trim()}\n` +
          'Debian 12 with its security archive has them.',
      );
    }
    return this.infos(simulatedInstalls(result.stdout));
  }

  async infos(packages: readonly [name: string, version: string][]): Promise<PackageInfo[]> {
    const wanted = packages.map(([name, version]) => `${name}=${version}`);
    const output = await mustRun('Looking up packages', 'apt-cache', [...this.#options, 'show', ...wanted]);
    return onePerName(parsePackageInfos(output));
  }

  /** Fetches into `folder` and checks size and digest of each file. Returns the paths, in the order asked for. */
  async download(packages: readonly PackageInfo[], folder: string): Promise<string[]> {
    let fetched = 0;
    const wanted = packages.map(({ name, version }) => `${name}=${version}`);
    const result = await runCommand('apt-get', [...this.#options, '-q', 'download', ...wanted], {
      cwd: folder,
      onOutput: (text) => {
        const pieces = text.match(/^Get:\d+/gm)?.length ?? 0;
        fetched += pieces;
        if (pieces > 0) this.#say(`fetching packages: ${fetched} of ${packages.length}`);
      },
    });
    if (result.status !== 0) throw noNetwork('the packages', result.stderr);
    const names = await readdir(folder);
    const paths: string[] = [];
    for (const info of packages) {
      const name = names.find((candidate) => candidate.startsWith(debFilePrefix(info)));
      if (name === undefined)
        throw new WitnessError('setup', `apt-get did not bring ${info.name} ${info.version}.`);
      await requireWhole(join(folder, name), info);
      paths.push(join(folder, name));
    }
    return paths;
  }
}

/** Throws unless the file has the size and the SHA-256 digest that the package list gives. */
export async function requireWhole(path: string, info: PackageInfo): Promise<void> {
  const { size } = await stat(path);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  if (size === info.size && hash.digest('hex') === info.sha256) return;
  throw new WitnessError(
    'setup',
    `The package ${info.name} ${info.version} arrived damaged: ${size} bytes of ${info.size}, or another digest. Run again.`,
  );
}

/** Two sources may offer the same version of a package: one is enough. */
function onePerName(infos: readonly PackageInfo[]): PackageInfo[] {
  return [...new Map(infos.map((info) => [info.name, info])).values()];
}

function noNetwork(what: string, stderr: string): WitnessError {
  const said = stderr
    .split('\n')
    .filter((line) => /^[EW]:/.test(line))
    .slice(0, 4)
    // The address of the archive says nothing here, and differs from machine to machine.
    .map((line) =>
      line.replaceAll(/https?:\/\/\S+/g, '(archive)').replace(/ resolving '.*'/, ' resolving its name'),
    );
  return new WitnessError(
    'setup',
    [`Could not fetch ${what}. Is there a network? Nothing was kept; run again when there is.`, ...said].join(
      '\n',
    ),
  );
}

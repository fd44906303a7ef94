/**
 * src -> dist: the files that the compiler leaves behind and the program reads when it runs (logs, scenarios,
 * schemas), each to the same place beside its code. Fixtures are for tests and stay.
 */
import { cpSync, readdirSync, statSync } from 'node:fs';

const SRC = new URL('../src/', import.meta.url);
const DIST = new URL('../dist/', import.meta.url);

const paths = readdirSync(SRC, { recursive: true }).map((path) => path.replaceAll('\\', '/'));
for (const path of paths) {
  const isAsset = !path.endsWith('.ts') && !path.split('/').includes('fixtures');
  if (isAsset && statSync(new URL(path, SRC)).isFile()) cpSync(new URL(path, SRC), new URL(path, DIST));
}

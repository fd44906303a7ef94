/** Whether a folder still holds what was put into it: the number of its files and their bytes, noted when it was complete. */
import { lstat, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** In the folder itself, and not counted. */
const NOTE = '.contents';

/** To be called when the folder is complete. */
export async function noteContents(folder: string): Promise<void> {
  await writeFile(join(folder, NOTE), await contentsOf(folder));
}

/** False when files went missing or were cut. A folder without a note has nothing to be held against: true. */
export async function hasItsContents(folder: string): Promise<boolean> {
  const noted = await readFile(join(folder, NOTE), 'utf8').catch(() => undefined);
  return noted === undefined || noted === (await contentsOf(folder));
}

async function contentsOf(folder: string): Promise<string> {
  let files = 0;
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === NOTE) continue;
    files++;
    bytes += (await lstat(join(entry.parentPath, entry.name))).size;
  }
  return `${files} files, ${bytes} bytes\n`;
}

/** A result and its text for readers -> reports/NAME/report.json and report.md, each replaced as a whole or not at all. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const reportFolder = (name: string): string =>
  fileURLToPath(new URL(`../reports/${name}/`, import.meta.url));

export function writeAside(file: string, content: string | Uint8Array): void {
  writeFileSync(`${file}.part`, content);
  renameSync(`${file}.part`, file);
}

export function publish(name: string, result: object, text: string): void {
  const folder = reportFolder(name);
  mkdirSync(folder, { recursive: true });
  writeAside(`${folder}report.json`, `${JSON.stringify(result, null, 1)}\n`);
  writeAside(`${folder}report.md`, text);
}

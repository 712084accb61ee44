import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Recorded, Recording } from './play.ts';

/** Where recordings are kept, one folder for each minor version of Grafana. */
export const RECORDINGS = fileURLToPath(new URL('../../golden/grafana', import.meta.url));

/** Writes one file for each area, and removes those of areas that are gone. */
export async function writeRecording(recording: Recording, version: string, root = RECORDINGS): Promise<void> {
  const folder = join(root, version);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [area, steps] of Object.entries(recording)) {
    await writeFile(join(folder, `${area}.json`), textOf(steps));
  }
}

/** One line for each step, so that a changed response is a changed line. */
function textOf(steps: Record<string, Recorded>): string {
  const lines = Object.entries(steps).map(([name, step]) => `  ${JSON.stringify(name)}: ${JSON.stringify(step)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

/** Minor versions of which there are recordings. */
export async function recordedVersions(root = RECORDINGS): Promise<string[]> {
  return (await readdir(root)).filter((name) => /^\d+\.\d+$/.test(name)).sort();
}

export async function readRecording(version: string, root = RECORDINGS): Promise<Recording> {
  const files = (await readdir(join(root, version))).filter((file) => file.endsWith('.json'));
  const areas = files.map(async (file) => [
    file.slice(0, -'.json'.length),
    JSON.parse(await readFile(join(root, version, file), 'utf8')),
  ]);
  return Object.fromEntries(await Promise.all(areas)) as Recording;
}

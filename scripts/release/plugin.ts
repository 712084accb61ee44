import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { filesOf } from '../archive/files.ts';
import { zip } from '../archive/zip.ts';
import { run, type Release, type Step } from './release.ts';

const ID = 'dashkeep-backup-app';

interface PluginManifest {
  plugin: string;
  version: string;
  /** SHA-256 by path. */
  files: Record<string, string>;
}

/**
 * The app as Grafana unpacks it, checked against the rules of Grafana's catalog, and the manifest for Grafana to sign.
 * The workflow has it signed: the token for that must not be where packages of npm run.
 */
export const plugin: Step = async (release) => {
  const folder = await buildPlugin(release);
  await run('npx', ['vitest', 'run', 'tests/app/dist.test.ts'], { DASHKEEP_TEST_DIST: folder });
  await writePlugin(release, folder);
  await writeFile(join(release.staging, 'plugin-manifest.json'), JSON.stringify(await manifestOf(folder)));
  return undefined;
};

/** @returns the folder that the app was built into */
export async function buildPlugin({ time, staging }: Release): Promise<string> {
  const folder = resolve(staging, ID);
  const words = ['run', '--silent', 'build:plugin', '--', '--output-path', folder];
  await run('npm', words, { SOURCE_DATE_EPOCH: String(time) });
  return folder;
}

export async function writePlugin({ version, time, assets }: Release, folder: string): Promise<void> {
  await writeFile(join(assets, `${ID}-${version}.zip`), zip(await filesOf(folder, ID), time));
}

/** What grafana.com signs, in the form that @grafana/sign-plugin sends. */
export async function manifestOf(folder: string): Promise<PluginManifest> {
  const { info } = JSON.parse(await readFile(join(folder, 'plugin.json'), 'utf8')) as { info: { version: string } };
  const files = (await filesOf(folder, ID)).map(({ name, content }) => [
    name.slice(ID.length + 1),
    createHash('sha256').update(content).digest('hex'),
  ]);
  return { plugin: ID, version: info.version, files: Object.fromEntries(files) };
}

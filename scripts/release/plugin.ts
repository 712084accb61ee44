import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { filesOf } from '../archive/files.ts';
import { zip } from '../archive/zip.ts';
import { run, type Release, type Step } from './release.ts';

const ID = 'dashkeep-backup-app';

/**
 * The app as Grafana unpacks it, held against the rules of Grafana's catalogue; signed where there is a token for it.
 */
export const plugin: Step = async (release) => {
  const folder = await buildPlugin(release);
  if (!release.dryRun && process.env['GRAFANA_ACCESS_POLICY_TOKEN']) {
    await run('npx', ['--yes', '@grafana/sign-plugin@3.3.3', '--distDir', folder]);
  }
  await run('npx', ['vitest', 'run', 'tests/app/dist.test.ts'], { DASHKEEP_TEST_DIST: folder });
  await writePlugin(release, folder);
  return undefined;
};

/** @returns the folder that the app was built into */
export async function buildPlugin({ time, work }: Release): Promise<string> {
  const folder = resolve(work, ID);
  const words = ['run', '--silent', 'build:plugin', '--', '--output-path', folder];
  await run('npm', words, { SOURCE_DATE_EPOCH: String(time) });
  return folder;
}

export async function writePlugin({ version, time, assets }: Release, folder: string): Promise<void> {
  await writeFile(join(assets, `${ID}-${version}.zip`), zip(await filesOf(folder, ID), time));
}

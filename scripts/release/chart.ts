import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tools } from '../../tests/support/helm/tools.ts';
import { filesOf } from '../archive/files.ts';
import { run, type Step } from './release.ts';
import { tarGz } from '../archive/tar.ts';

/** The chart as Helm packages it, packed again: Helm gives every file the time of packaging. */
export const chart: Step = async ({ version, time, assets, work }) => {
  const { helm } = await tools();
  const folder = join(work, 'chart');
  await mkdir(folder, { recursive: true });
  await run(helm, ['package', 'charts/dashkeep', '--destination', folder]);
  const name = `dashkeep-${version}.tgz`;
  await run('tar', ['-xzf', join(folder, name), '-C', folder]);
  const files = await filesOf(join(folder, 'dashkeep'), 'dashkeep');
  // Helm looks for this one first.
  const first = files.filter((file) => file.name === 'dashkeep/Chart.yaml');
  const others = files.filter((file) => file.name !== 'dashkeep/Chart.yaml');
  await writeFile(join(assets, name), tarGz([...first, ...others], time));
  return undefined;
};

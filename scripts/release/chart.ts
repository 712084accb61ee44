import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tools } from '../../tests/support/helm/tools.ts';
import { filesOf, type ArchivedFile } from '../archive/files.ts';
import { run, type Step } from './release.ts';
import { tarGz } from '../archive/tar.ts';

const IMAGES = ['dashkeep', 'dashkeep-plugin'];
const NAMES = 'dashkeep/templates/_names.tpl';

/**
 * The chart with the digests of the release's images, as Helm packages it, packed again: Helm gives every file the time
 * of packaging.
 */
export const chart: Step = async ({ version, time, assets, staging, dryRun, digests }) => {
  const { helm } = await tools();
  const folder = join(staging, 'chart');
  await mkdir(folder, { recursive: true });
  await run(helm, ['package', 'charts/dashkeep', '--destination', folder]);
  const name = `dashkeep-${version}.tgz`;
  await run('tar', ['-xzf', join(folder, name), '-C', folder]);
  const packaged = await filesOf(join(folder, 'dashkeep'), 'dashkeep');
  const files = dryRun && digests.size === 0 ? packaged : packaged.map((file) => pinned(file, digests));
  // Helm looks for this one first.
  const first = files.filter((file) => file.name === 'dashkeep/Chart.yaml');
  const others = files.filter((file) => file.name !== 'dashkeep/Chart.yaml');
  await writeFile(join(assets, name), tarGz([...first, ...others], time));
  return undefined;
};

/** @throws Error if an image has no digest, or the template no place for it */
function pinned(file: ArchivedFile, digests: ReadonlyMap<string, string>): ArchivedFile {
  if (file.name !== NAMES) {
    return file;
  }
  const content = IMAGES.reduce((text, image) => {
    const digest = digests.get(image) ?? '';
    const line = `dashkeep/${image}: ''\n`;
    if (!/^sha256:[0-9a-f]{64}$/.test(digest) || !text.includes(line)) {
      throw new Error(`The chart needs the digest of ${image}: --image ${image}=sha256:…`);
    }
    return text.replace(line, `dashkeep/${image}: ${digest}\n`);
  }, file.content.toString());
  return { ...file, content: Buffer.from(content) };
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publish } from '../binary/archive.ts';
import { LINUX_PLATFORMS } from '../binary/node.ts';
import { run, type Step } from './release.ts';

/** The program as one file for Node, with the licenses of what is in it. */
export const bundle: Step = async ({ version, assets }) => {
  await run(process.execPath, ['scripts/build-service.mjs', join(assets, `dashkeep-${version}.mjs`)]);
  return undefined;
};

/** The executables for Linux. */
export const executables: Step = async ({ version, time, assets, staging }) => {
  for (const platform of LINUX_PLATFORMS) {
    const { name, archive } = await publish(platform, join(staging, platform), version, time);
    await writeFile(join(assets, name), archive);
  }
  return undefined;
};

import { join } from 'node:path';
import { run, type Step } from './release.ts';

/** Other bases than the Dockerfile's, where those can't be had. */
const BASES = ['NODE_IMAGE', 'RUNTIME_IMAGE', 'PLUGIN_IMAGE'];

/**
 * The images of this machine's platform as archives of OCI layouts. What is published is built by the workflow, for
 * every platform.
 */
export const images: Step = async ({ version, time, staging }) => {
  const isThere = await run('docker', ['buildx', 'inspect']).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    return 'no Docker engine with buildx is here';
  }
  const bases = BASES.filter((name) => process.env[name] !== undefined).flatMap((name) => [
    '--build-arg',
    `${name}=${process.env[name]}`,
  ]);
  for (const [target, name] of [
    ['service', 'dashkeep'],
    ['plugin', 'dashkeep-plugin'],
  ] as const) {
    const output = `type=oci,dest=${join(staging, `${name}-${version}.oci.tar`)},rewrite-timestamp=true`;
    const stamp = ['--build-arg', `SOURCE_DATE_EPOCH=${time}`];
    await run('docker', ['buildx', 'build', '.', '--target', target, ...stamp, ...bases, '--output', output]);
  }
  return undefined;
};

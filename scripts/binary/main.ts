import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { releaseOf } from '../release/release.ts';
import { publish } from './archive.ts';
import { LINUX_PLATFORMS, NODE_VERSION } from './node.ts';
import { measured, PAGE, withSizes, type Measured } from './page.ts';

/*
 * `npm run build:binary`: the command line as one executable that needs no Node, in build/binary/<platform>/dashkeep,
 * and the archive that a release has of it.
 *   --platform linux-x64   only this one (may be given again)
 *   --sizes                also write the sizes into the page that states them, for every Linux
 */
const { values } = parseArgs({ options: { platform: { type: 'string', multiple: true }, sizes: { type: 'boolean' } } });
const { version, time } = await releaseOf('build', true);
const all: Measured[] = [];
for (const platform of values.platform ?? LINUX_PLATFORMS) {
  const { name, archive, executable } = await publish(platform, join('build/binary', platform), version, time);
  await writeFile(join('build/binary', name), archive);
  const sizes = measured(platform, archive, await readFile(executable));
  all.push(sizes);
  console.log(`${executable}: ${Math.round(sizes.size / 1e6)} MB, with Node ${NODE_VERSION}`);
}
// Not by default: a page that a build changed would be in the way of the next `git pull`.
if (values.sizes === true && values.platform === undefined) {
  await writeFile(PAGE, withSizes(await readFile(PAGE, 'utf8'), all));
}

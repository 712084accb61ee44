import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildExecutable } from './executable.ts';
import { LINUX_PLATFORMS, NODE_VERSION } from './node.ts';

/*
 * `npm run build:binary`: the command line as one executable that needs no Node, in build/binary/<platform>/dashkeep.
 *   --platform linux-x64   only this one (may be given again; default: every Linux)
 */
const { values } = parseArgs({ options: { platform: { type: 'string', multiple: true } } });
for (const platform of values.platform ?? LINUX_PLATFORMS) {
  const path = await buildExecutable(platform, join('build/binary', platform));
  console.log(`${path}: ${((await stat(path)).size / 1e6).toFixed(0)} MB, with Node ${NODE_VERSION}`);
}

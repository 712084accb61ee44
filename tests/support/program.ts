import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(import.meta.dirname, '../..');
let built: Promise<unknown> | undefined;

/**
 * The command line as it ships, one file for Node. Where `npm test` has built it, it is left as it is: other tests run
 * it at the same time.
 * @returns its path
 */
export async function program(): Promise<string> {
  if (process.env['DASHKEEP_TEST_BUILT'] !== '1') {
    built ??= promisify(execFile)(process.execPath, ['scripts/build-service.mjs'], { cwd: ROOT });
    await built;
  }
  return join(ROOT, 'build/dashkeep.mjs');
}

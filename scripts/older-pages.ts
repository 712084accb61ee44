import { spawnSync } from 'node:child_process';
import { exactVersion, installOlder, olderVersions } from '../tests/support/preview/older.ts';
import { PLAYWRIGHT } from './test/playwright.ts';

/*
 * `npm run e2e:older`: the build in dist/, as it is, on pages made from the packages of older Grafanas. Names of
 * versions choose some of them; options are Playwright's.
 */
const [command, ...test] = PLAYWRIGHT;
const args = process.argv.slice(2);
const wanted = args.filter((arg) => !arg.startsWith('-'));
const options = args.filter((arg) => arg.startsWith('-'));
const versions = olderVersions().filter((name) => wanted.length === 0 || wanted.includes(name));

for (const name of versions) {
  const packages = await installOlder(name);
  console.log(`\nPages made from the packages of Grafana ${exactVersion(name)}`);
  const { status } = spawnSync(command, [...test, '--grep', '@older', ...options], {
    stdio: 'inherit',
    env: { ...process.env, DASHKEEP_TEST_PACKAGES: packages },
  });
  if (status !== 0) {
    process.exitCode = 1;
    break;
  }
}

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli, type Ended } from '../../support/cli.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

/* A machine that remembers the repository works without its configuration, but a new machine cannot open it. */

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

const run = (...args: string[]): Promise<Ended> =>
  runCli(args, {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: join(directory.path, 'state'),
  });

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

it.each([
  ['is damaged', (path: string) => writeFile(path, '{"format":1,"id"')],
  ['is missing', (path: string) => rm(path)],
])('verify and doctor report that it %s, until it is repaired', async (what, damage) => {
  await run('backup', '--kinds', 'folder');
  await damage(join(directory.path, 'repository', 'dashkeep.json'));

  expect((await run('doctor')).out).toMatch(/^FAILED .*dashkeep\.json/m);
  const { exit, out } = await run('verify');
  expect(exit).toBe(4);
  expect(out).toMatch(new RegExp(`^repository: dashkeep\\.json .*${what.replace('is ', '')}`, 'm'));
  expect(out).toContain('The snapshots are not affected. To rewrite the file: dashkeep repair');
  expect((await run('doctor')).out).toMatch(/^FAILED .*verification/m);

  expect((await run('repair')).exit).toBe(0);
  expect((await run('doctor')).out).not.toContain('dashkeep.json');
  expect((await run('verify')).exit).toBe(0);
});

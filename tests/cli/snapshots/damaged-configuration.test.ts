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

const runOn = (machine: string, ...args: string[]): Promise<Ended> =>
  runCli(args, {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: join(directory.path, machine),
  });
const run = (...args: string[]): Promise<Ended> => runOn('state', ...args);

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

const DAMAGES: [what: string, damage: (path: string) => Promise<void>][] = [
  ['is damaged', (path) => writeFile(path, '{"format":1,"id"')],
  ['is missing', (path) => rm(path)],
];

it.each(DAMAGES)('verify and doctor report that it %s, until it is repaired', async (what, damage) => {
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

it.each(DAMAGES)('a new machine reports that it %s, and creates nothing', async (what, damage) => {
  await run('backup', '--kinds', 'folder');
  await damage(join(directory.path, 'repository', 'dashkeep.json'));
  const { exit, out } = await runOn('new', 'doctor');
  expect(exit).toBe(3);
  expect(out).toMatch(new RegExp(`^FAILED .*dashkeep\\.json .*${what.replace('is ', '')}`, 'm'));
  expect(out).toContain('To rewrite the file: dashkeep repair');
  // With another ID, this machine would cut everyone else off from their snapshots.
  for (const command of [['backup', '--kinds', 'folder'], ['snapshots']]) {
    await expect(runOn('new', ...command)).rejects.toMatchObject({ code: 'DK_REPOSITORY_FORMAT' });
  }
});

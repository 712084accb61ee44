import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli, runMain, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let environment: Record<string, string>;

const run = (...args: string[]): Promise<Ended> => runCli(args, environment);

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 2, folders: 1 });
  directory = await memoryDirectory();
  const [right, wrong] = [await generateIdentity(), await generateIdentity()];
  await writeFile(join(directory.path, 'right'), right, { mode: 0o600 });
  await writeFile(join(directory.path, 'wrong'), wrong, { mode: 0o600 });
  environment = {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: join(directory.path, 'state'),
    DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(right),
  };
  await run('backup', '--kinds', 'folder,dashboard');
});
afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

it('verify with another identity than the right one names the identity, and advises no repair', async () => {
  environment['DASHKEEP_AGE_IDENTITY_FILE'] = join(directory.path, 'wrong');

  const { exit, out } = await run('verify', '--read-data');

  expect(exit).toBe(2);
  expect(out).toContain('the given age identity does not decrypt it');
  expect(out).toContain('Set DASHKEEP_AGE_IDENTITY_FILE to the matching identity.');
  expect(out).not.toContain('repair');
  const { problems } = (await run('verify', '--read-data', '--json')).json;
  expect(new Set(problems.map(({ code }: { code: string }) => code))).toEqual(new Set(['DK_IDENTITY_MISSING']));

  environment['DASHKEEP_AGE_IDENTITY_FILE'] = join(directory.path, 'right');
  expect(await run('verify', '--read-data')).toMatchObject({ exit: 0 });
});

it('verify without any identity says what to set, not that the given one is wrong', async () => {
  environment['DASHKEEP_STATE_DIR'] = join(directory.path, 'elsewhere');
  environment['DASHKEEP_AGE_RECIPIENTS'] = '';

  const { exit, out } = await run('verify');

  expect(exit).toBe(2);
  expect(out).toContain('Set DASHKEEP_AGE_IDENTITY_FILE or DASHKEEP_AGE_PASSPHRASE.');
  expect(out).toContain('is encrypted, and no identity was given');
  expect(out).not.toContain('matching identity');
});

it('a backup warns of an identity that cannot decrypt it, and keeps silent without one', async () => {
  const said = 'the age identity matches none of the age recipients; backups succeed, but it cannot decrypt them';
  for (const [name, warns] of [
    ['wrong', true],
    ['right', false],
    [undefined, false],
  ] as const) {
    environment['DASHKEEP_AGE_IDENTITY_FILE'] = name === undefined ? '' : join(directory.path, name);
    const { exit, error } = await runMain(['backup', '--kinds', 'folder,dashboard'], environment);
    expect({ exit, warned: error.includes(said), advised: error.includes('to the matching identity') }).toEqual({
      exit: 0,
      warned: warns,
      advised: warns,
    });
    expect((await run('runs', '--json')).json.runs[0].warnings ?? []).toEqual(warns ? [said] : []);
  }
});

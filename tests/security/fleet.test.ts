import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import { twoOrgs, type Side, type TwoOrgs } from './support/two-orgs.ts';

/** Two organizations of one Grafana, and three other installations that the deployment names. */
let world: TwoOrgs;
let home: Side;
let other: Side;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

const at = (name: string): string => `file://${directory.path}/fleet/${name}`;

beforeAll(async () => {
  directory = await temporaryDirectory();
  const grafana = await startGrafana({ profile: '12.4' });
  grafana.seedDashboards({ count: 2, folders: 1 });
  const environment = { GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: grafana.token(), DASHKEEP_ORGS: '1' };
  const cli = (args: string[], name: string) =>
    runCli([...args, '--json', '--target', at(name), '--state-dir', join(directory.path, name)], environment);
  await cli(['backup', '--kinds', 'folder,dashboard'], 'berlin');
  await cli(['backup', '--kinds', 'folder,dashboard'], 'stranger');
  const { signer } = (await cli(['snapshots'], 'berlin')).json.snapshots[0];
  await grafana.close();
  await mkdir(join(directory.path, 'fleet/broken'));
  await writeFile(join(directory.path, 'fleet/broken/dashkeep.json'), '{');
  world = await twoOrgs({
    environment: { DASHKEEP_FLEET_TARGETS: at('*'), DASHKEEP_FLEET_TRUSTED_KEYS: signer },
  });
  ({ home, other } = world);
  await world.backup();
});
afterAll(async () => {
  await world?.close();
  await directory?.remove();
});

it('shows the home organization each installation, also beside one that cannot be read', async () => {
  const { json } = await home.call('GET', '/fleet');
  expect(json.installations).toMatchObject([
    { target: at('berlin'), state: 'ok', resources: 3, alarms: [] },
    { target: at('broken'), state: 'unknown', alarms: [{ reason: expect.any(String) }] },
    { target: at('stranger'), state: 'attention', alarms: [{ code: 'fleet-untrusted' }, { code: 'fleet-never-full' }] },
  ]);
  expect((await home.call('GET', '/status')).json.fleet).toBe(true);
});

it('tells no other organization which installations exist', async () => {
  const { status, json, text } = await other.call('GET', '/fleet');
  expect([status, json.error.code]).toEqual([403, 'DK_HOME_ORGANIZATION']);
  const answers = [text, (await other.call('GET', '/status')).text, (await other.call('GET', '/doctor')).text];
  expect(answers.filter((one) => one.includes('berlin'))).toEqual([]);
  expect((await other.call('GET', '/status')).json.fleet).toBeUndefined();
});

it('takes no target from a page', async () => {
  const seen = (await home.call('GET', '/fleet')).json.installations.length;
  await home.call('GET', '/fleet?target=s3://evil&targets=s3://evil');
  const { revision, values } = (await home.call('GET', '/settings')).json;
  await home.call('PUT', '/settings', { revision, values: { ...values, fleet: { targets: ['s3://evil'] } } });
  const after = (await home.call('GET', '/fleet')).json.installations;
  expect(after).toHaveLength(seen);
  expect(JSON.stringify(after)).not.toContain('evil');
});

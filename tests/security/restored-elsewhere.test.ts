import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { twoOrgs, type TwoOrgs } from './support/two-orgs.ts';

let world: TwoOrgs;

beforeAll(async () => {
  world = await twoOrgs();
});
afterAll(() => world.close());

it('the home organization sees only its own resources in a restore of two organizations', async () => {
  const { grafana, home, other, service } = world;
  const snapshot = await world.backup();
  for (const side of [home, other]) {
    await side.grafana.delete(`/api/dashboards/uid/${side.planted.dashboard}`);
  }
  const target = `file://${service.directory}/target`;
  const restored = await runCli(
    ['restore', snapshot, '--kinds', 'dashboard', '--orgs', `${home.org},${other.org}`, '--apply', '--json'],
    {
      ...{ HOME: service.directory, DASHKEEP_KUBERNETES: 'off', DASHKEEP_TARGET: target },
      ...{ GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: grafana.user, GRAFANA_ADMIN_PASSWORD: grafana.password },
      DASHKEEP_STATE_DIR: join(service.directory, 'state'),
    },
  );
  const { json } = await home.call('GET', `/runs/${restored.json.run}`);
  const dashboards = (json.touched as { org: number; uid: string }[]).map(({ org, uid }) => `${org} ${uid}`);
  expect(dashboards).toContain(`${home.org} ${home.planted.dashboard}`);
  expect(JSON.stringify(json)).toContain(home.mark);
  expect(JSON.stringify(json)).not.toContain(other.mark);
  expect(dashboards.every((one) => one.startsWith(`${home.org} `))).toBe(true);
  expect((await other.call('GET', `/runs/${restored.json.run}`)).status).toBe(404);
});

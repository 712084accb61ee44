import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

describe('a backup that a person starts', () => {
  let grafana: Simulator;
  let service: TestService;
  beforeAll(async () => {
    grafana = await startGrafana({ profile: '12.4' });
    grafana.seedDashboards({ count: 12, folders: 2, v2Share: 0 });
    service = await startService({ grafanaUrl: grafana.url });
  });
  afterAll(async () => {
    await service.stop();
    await grafana.close();
    await removeDirectory(service.directory);
  });

  async function backUp(): Promise<string> {
    const { json } = await service.call('POST', '/runs', { kind: 'backup' });
    return String((await service.ended(json.id))['snapshot']);
  }

  it('reads permissions, however recently they were read', async () => {
    const first = await backUp();
    const { json: list } = await service.call('GET', `/snapshots/${first}/resources?kind=dashboard&limit=1`);
    const { uid } = list.items[0];
    await fetch(`${grafana.url}/api/access-control/dashboards/${uid}/builtInRoles/Viewer`, {
      method: 'POST',
      headers: { authorization: `Bearer ${grafana.token()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ permission: 'Edit' }),
    });

    const second = await backUp();

    const { json } = await service.call(
      'GET',
      `/diff?from=${first}&to=${second}&kind=dashboard-permissions&search=${uid}`,
    );
    expect(json.items).toMatchObject([{ change: 'changed', kind: 'dashboard-permissions', uid }]);
    const { json: snapshot } = await service.call('GET', `/snapshots/${second}`);
    expect(snapshot.kinds['dashboard-permissions']).not.toHaveProperty('oldestReadAt');
  });

  it('reads no dashboard whose revision is the same', async () => {
    await backUp();
    const from = grafana.requests.length;

    const { json: snapshot } = await service.call('GET', `/snapshots/${await backUp()}`);

    const paths = grafana.requests.slice(from).map(({ path }) => path);
    expect(paths.filter((path) => /^\/apis\/.*\/dashboards\/[^/]+$|^\/api\/dashboards\/uid\//.test(path))).toEqual([]);
    expect(snapshot.kinds.dashboard).toMatchObject({ stored: 0 });
  });
});

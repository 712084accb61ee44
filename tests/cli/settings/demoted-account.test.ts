import { expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runMain } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';

it('bootstrap names what the token of a demoted account no longer permits', async () => {
  const grafana = await startGrafana({ profile: '12.4' });
  const directory = await memoryDirectory();
  const environment = {
    ...{ GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' },
    ...{ DASHKEEP_STATE_DIR: directory.path, DASHKEEP_KUBERNETES: 'off' },
  };
  const bootstrap = async (...args: string[]) => runMain(['bootstrap', ...args], environment);
  expect((await bootstrap()).out).toContain('a new token is stored');
  expect((await bootstrap()).out).not.toContain('It lacks');

  const found = await call(grafana, 'admin:admin', 'GET /api/serviceaccounts/search');
  const [{ id, name }] = found.body.serviceAccounts as [{ id: number; name: string }];
  await call(grafana, 'admin:admin', `PATCH /api/serviceaccounts/${id}`, { name, role: 'Viewer' });

  expect((await bootstrap()).out).toMatch(
    /^org 1: the stored token works, valid until .*\n {2}The token lacks permissions that a backup needs: alert\.provisioning:read, .*\. Give its service account the Admin role\.$/m,
  );
  expect((await bootstrap('--json')).json.orgs[0].lacks).toContain('serviceaccounts:read');
  await grafana.close();
  await directory.remove();
});

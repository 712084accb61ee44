import { afterEach, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { runCli } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

it('an organization that takes the name of a temporary one is backed up all the same', async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  const environment = {
    GRAFANA_URL: grafana.url,
    GRAFANA_ADMIN_USER: 'admin',
    GRAFANA_ADMIN_PASSWORD: 'admin',
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
  };
  const orgs = async (): Promise<number[]> => {
    await runCli(['backup', '--orgs', 'all', '--json'], environment);
    const { json } = await runCli(['show', 'latest', '--json'], environment);
    return json.orgs.map(({ id }: { id: number }) => id);
  };
  const { body } = await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
  const { orgId } = body as { orgId: number };
  expect(await orgs()).toEqual([1, orgId]);
  await call(grafana, 'admin:admin', `PUT /api/orgs/${orgId}`, { name: 'dashkeep-drill-20261124T150000Z-0badcafe' });
  expect(await orgs()).toEqual([1, orgId]);
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

let grafana: Simulator;
let first: string;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

function dashkeep(...args: string[]): Promise<Ended> {
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  const admin = { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };
  return runCli([...args, ...where, '--grafana-url', grafana.url], admin);
}

async function api(route: string, body?: unknown): Promise<void> {
  const answer = await call(grafana, 'admin:admin', route, body);
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
}

const shop = (expr: string) => ({
  uid: 'shop-1',
  title: 'Shop',
  schemaVersion: 42,
  panels: [{ id: 1, title: 'CPU', type: 'timeseries', targets: [{ refId: 'A', expr }] }],
});

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  await api('POST /api/folders', { uid: 'team', title: 'Team' });
  await api('POST /api/dashboards/db', { dashboard: shop('rate(a_total[5m])') });
  first = (await dashkeep('backup', '--json')).json.snapshot as string;
  await api('POST /api/dashboards/db', { dashboard: shop('rate(b_total[5m])'), folderUid: 'team', overwrite: true });
});

afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

it('counts a deleted dashboard with its permissions as one, as the plan to restore it does', async () => {
  await api('POST /api/dashboards/uid/shop-1/permissions', { items: [{ role: 'Viewer', permission: 1 }] });
  await dashkeep('backup');
  await api('DELETE /api/dashboards/uid/shop-1');
  expect((await dashkeep('diff', 'latest', 'live')).out).toMatch(/\nremoved: 1 resource and its permissions\n$/);
  const plan = await dashkeep('restore', 'latest', '--only', 'dashboard/shop-1');
  expect(plan.out).toContain('create: 1 and its permissions. This was only the plan');
});

it('says of a partial snapshot that missing resources are not compared', async () => {
  grafana.setFaults({ match: 'GET /api/datasources', action: { kind: 'status', status: 403 } });
  const { snapshot } = (await dashkeep('backup', '--json')).json;
  const text = `Snapshot ${snapshot} is partial: missing resources are not compared.`;
  const live = (await dashkeep('diff', 'latest', 'live')).out;
  expect(live).toContain(text);
  expect(live).toMatch(/\nNo differences in the compared resources\.\n$/);
  expect((await dashkeep('diff', first, snapshot)).out).toContain(text);
});

describe('dashkeep diff --detail', () => {
  it('says what was done to each changed resource, against live and between snapshots', async () => {
    const live = await dashkeep('diff', 'latest', 'live', '--detail');
    const told = [
      'changed  dashboard  shop-1  Shop',
      '    Moved into folder “Team”',
      '    Panel “CPU”: query A changed',
      '      - rate(a_total[5m])',
      '      + rate(b_total[5m])',
      '',
    ].join('\n');
    expect(live.out).toContain(told);
    expect((await dashkeep('backup', '--json')).exit).toBe(0);
    expect((await dashkeep('diff', first, 'latest', '--detail')).out).toContain(told);
  });

  it('prints the changes as data with their sentence', async () => {
    const { json } = await dashkeep('diff', 'latest', 'live', '--detail', '--json');
    expect(json.changed[0]).toMatchObject({
      kind: 'dashboard',
      uid: 'shop-1',
      truncated: false,
      changes: [
        { text: 'Moved into folder “Team”', code: 'folder-entered', params: { after: 'Team' } },
        {
          text: 'Panel “CPU”: query A changed',
          code: 'query-text',
          params: { panel: 'CPU', query: 'A' },
          path: 'expr',
          before: 'rate(a_total[5m])',
          after: 'rate(b_total[5m])',
        },
      ],
    });
    const plain = await dashkeep('diff', 'latest', 'live', '--json');
    expect(plain.json.changed[0]).toMatchObject({ kind: 'dashboard', uid: 'shop-1' });
    expect(plain.json.changed[0]).not.toHaveProperty('changes');
  });
});

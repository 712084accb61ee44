import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

/*
 * A restricted dashboard was sent to production, which opened its copy to others later. From then on, anyone who sends
 * confidential annotations of the dashboard there shows them to those others.
 */

let stage: Simulator;
let production: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let environment: Record<string, string>;

// Tests look into answers freely.
// oxlint-disable-next-line typescript/no-explicit-any
async function api(grafana: Simulator, route: string, body?: unknown): Promise<any> {
  const answer = await call(grafana, 'admin:admin', route, body);
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body;
}

const permissions = (permission: string): object => ({
  permissions: ['Viewer', 'Editor'].map((builtInRole) => ({ builtInRole, permission })),
});

beforeEach(async () => {
  stage = await startGrafana({ profile: '12.4' });
  production = await startGrafana({ profile: '12.4' });
  directory = await memoryDirectory();
  environment = {
    GRAFANA_URL: stage.url,
    GRAFANA_API_TOKEN: stage.token({ role: 'Admin' }),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
    DASHKEEP_CONNECTION_PRODUCTION_TOKEN: production.token({ role: 'Admin' }),
  };
  const vera = { login: 'vera', email: 'vera@example.org', name: 'Vera', password: 'secret' };
  await api(production, 'POST /api/admin/users', vera);
  await api(stage, 'POST /api/folders', { uid: 'closed', title: 'Closed' });
  await api(stage, 'POST /api/access-control/folders/closed', permissions(''));
  await api(stage, 'POST /api/dashboards/db', {
    dashboard: { uid: 'salaries', title: 'Salaries', panels: [] },
    folderUid: 'closed',
  });
});
afterEach(async () => {
  await Promise.all([stage.close(), production.close()]);
  await directory.remove();
});

const migrate = (...args: string[]): Promise<Ended> =>
  runCli(['migrate', '--to', 'production', '--from', 'live', '--json', ...args], environment);

/** Sends the dashboard, has production open it, and then adds an annotation on stage. */
async function sendAndOpen(flags: string[], open: (folder: string, dashboard: string) => Promise<unknown>) {
  expect((await migrate('--folder', 'closed', ...flags, '--apply')).exit).toBe(0);
  const [folder] = await api(production, 'GET /api/search?type=dash-folder&query=Closed');
  const [dashboard] = await api(production, 'GET /api/search?type=dash-db&query=Salaries');
  await open(folder.uid, dashboard.uid);
  const at = { time: 1_700_000_000_000, tags: [] };
  await api(stage, 'POST /api/annotations', { dashboardUID: 'salaries', text: 'confidential', ...at });
}

describe.each([[[]], [['--new-uids']]])('annotations that are sent with %j', (flags) => {
  it('are not shown unasked to those who see the dashboard there', async () => {
    await sendAndOpen(flags, (folder) =>
      api(production, `POST /api/access-control/folders/${folder}`, permissions('View')),
    );
    const plan = await migrate('--kinds', 'annotation', ...flags);
    expect(plan.json.confirm).toBe('2 security changes');
    await expect(migrate('--kinds', 'annotation', ...flags, '--apply')).rejects.toMatchObject({
      code: 'DK_CONFIRMATION',
    });
    const [dashboard] = await api(production, 'GET /api/search?type=dash-db&query=Salaries');
    const shown = await call(production, 'vera:secret', `GET /api/annotations?dashboardUID=${dashboard.uid}`);
    expect(shown.text).toBe('[]');
  });

  it('are not shown unasked to anyone who has the link of a public dashboard there', async () => {
    await sendAndOpen(flags, (_, dashboard) =>
      api(production, `POST /api/dashboards/uid/${dashboard}/public-dashboards`, {
        ...{ isEnabled: true, annotationsEnabled: true, share: 'public' },
      }),
    );
    const plan = await migrate('--kinds', 'annotation', ...flags);
    expect(plan.json.plan).toMatchObject([{ kind: 'annotation', security: [{ code: 'audience-shared' }] }]);
    expect(plan.json.confirm).toBe('1 security change');
  });
});

import { afterEach, beforeEach, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';

/* Grafana is upgraded, and dashboards are lost, reverted or changed meanwhile. */

const ADMIN = { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;

function dashkeep(...args: string[]): Promise<Ended> {
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
  const from = args[0] === 'snapshots' || args[0] === 'release' ? [] : ['--grafana-url', grafana.url];
  return runCli([...args, ...where, ...from], ADMIN);
}

async function api(route: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await call(grafana, 'admin:admin', route, body, {});
  expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
  return answer.body as Record<string, unknown>;
}

/** The same contents at any version. */
async function start(profile: '11.6' | '12.4' | '13.2'): Promise<void> {
  grafana = await startGrafana({ profile, seed: 7 });
  grafana.seedDashboards({ count: 12, folders: 4 });
}

const uids = (): string[] => [...grafana.state.org(1).dashboards.keys()].sort();

beforeEach(async () => {
  directory = await memoryDirectory();
});

afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

it('holds the snapshot before an upgrade, compares, and puts back what was lost, and nothing else', async () => {
  await start('12.4');
  const { json: before } = await dashkeep('backup', '--json');
  const was = grafana.profile.version;
  await grafana.close();
  await start('13.2');
  const [gone, changed] = [uids().slice(0, 3), uids().slice(3, 8)];
  for (const uid of gone) {
    await api(`DELETE /api/dashboards/uid/${uid}`);
  }
  for (const uid of changed) {
    const { meta } = (await api(`GET /api/dashboards/uid/${uid}`)) as { meta: { folderUid?: string } };
    const dashboard = { uid, title: `spoiled ${uid}`, panels: [] };
    await api('POST /api/dashboards/db', { dashboard, overwrite: true, folderUid: meta.folderUid });
  }
  const { out: stdout } = await dashkeep('backup');
  const { snapshots } = (await dashkeep('snapshots', '--json')).json;
  const [after, held] = snapshots;
  expect(held).toMatchObject({
    id: before.snapshot,
    hold: { by: 'Dashkeep', note: `before ${was} → ${grafana.profile.version}` },
  });
  expect(stdout).toMatch(/, resources lost: 3, reverted to an older version: 0, changed beyond Grafana’s migration: 5/);
  expect(stdout).toContain(`restore only missing resources, run dashkeep restore ${held.id} --lost-in ${after.id}. `);
  expect(stdout).toContain(`dashkeep restore ${held.id} --lost-in ${after.id} --overwrite`);

  const restore = ['restore', held.id, '--lost-in', after.id, '--overwrite', '--json'];
  const { json: plan } = await dashkeep(...restore);
  const planned = (plan.plan as { kind: string; uid: string; action: string }[]).filter(
    ({ action }) => action !== 'unchanged',
  );
  expect(planned.filter(({ kind }) => kind === 'dashboard').map(({ uid }) => uid)).toEqual([...gone, ...changed]);
  expect(planned.filter(({ kind, uid }) => kind !== 'dashboard' && !gone.includes(uid))).toEqual([]);
  expect((await dashkeep(...restore, '--apply', '--confirm', plan.confirm ?? '')).exit).toBe(0);
  const { json: next } = await dashkeep('backup', '--json');
  // Until a person releases the snapshot, the next ones keep the comparison.
  expect(next.upgrade).toMatchObject({
    since: held.id,
    first: after.id,
    orgs: [{ id: 1, gone: 3, older: 0, changed: 5 }],
  });
  await dashkeep('release', held.id);
  expect((await dashkeep('backup', '--json')).json.upgrade).toBeUndefined();
});

it('holds it also where a restore comes before the first backup', async () => {
  await start('12.4');
  const { json: before } = await dashkeep('backup', '--json');
  await grafana.close();
  await start('13.2');
  const [uid = ''] = uids();
  await api('POST /api/dashboards/db', { dashboard: { uid, title: 'spoiled', panels: [] }, overwrite: true });
  const restore = ['restore', before.snapshot, '--only', `dashboard/${uid}`, '--overwrite', '--json'];
  const { json: plan } = await dashkeep(...restore);
  expect((await dashkeep(...restore, '--apply', '--confirm', plan.confirm ?? '')).exit).toBe(0);
  await dashkeep('backup', '--json');
  const { snapshots } = (await dashkeep('snapshots', '--json')).json;
  expect(snapshots.at(-1)).toMatchObject({ id: before.snapshot, hold: { by: 'Dashkeep' } });
});

it('reports a dashboard that went back to an earlier version as older', async () => {
  await start('12.4');
  const [uid = ''] = uids();
  for (const title of ['first', 'second']) {
    await api('POST /api/dashboards/db', { dashboard: { uid, title, panels: [] }, overwrite: true });
  }
  await dashkeep('backup', '--json');
  await grafana.close();
  await start('13.2');
  const { json } = await dashkeep('backup', '--json');
  expect(json.upgrade.orgs).toEqual([{ id: 1, gone: 0, older: 1, changed: 0 }]);
});

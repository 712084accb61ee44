import { execFile } from 'node:child_process';
import { afterEach, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import { program } from '../support/program.ts';
import * as heavy from './support/heavy.ts';
import { inDepth } from '../support/budget.ts';

/*
 * An editor makes a dashboard or folder so large that nobody can read it. What belongs to it, or names it, is planned
 * all the same, and so is everything else.
 */

/** Megabytes; a Job of the chart reads 32 of one resource. */
const SMALL = 0.001;
const LARGE = 40;
const HEAP = '--max-old-space-size=384';

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) {
    await cleanUp();
  }
});

type Plan = { kind: string; uid: string; action: string; security?: { code: string }[] }[];

async function lab() {
  const file = await program();
  const grafana = await startGrafana({ profile: '12.4' });
  const directory = await temporaryDirectory();
  cleanUps.push(() => grafana.close(), directory.remove);
  const dashkeep = (...args: string[]): Promise<{ plan: Plan }> =>
    new Promise((resolve, reject) => {
      const env = {
        PATH: process.env['PATH'],
        GRAFANA_URL: grafana.url,
        GRAFANA_API_TOKEN: grafana.token(),
        DASHKEEP_TARGET: `file://${directory.path}/repository`,
        DASHKEEP_STATE_DIR: `${directory.path}/state`,
      };
      execFile(process.execPath, [HEAP, file, ...args, '--json'], { env }, (error, out) =>
        error === null ? resolve(JSON.parse(out) as never) : reject(error),
      );
    });
  const api = (route: string, body?: unknown) => call(grafana, 'admin:admin', route, body);
  const actions = async (...args: string[]): Promise<string[]> =>
    (await dashkeep('restore', 'latest', ...args)).plan.map(({ kind, uid, action }) => `${action} ${kind} ${uid}`);
  return { grafana, dashkeep, api, actions, org: grafana.state.org(1) };
}

it('a dashboard ends no plan by what belongs to it or names it', async () => {
  const { grafana, dashkeep, api, actions, org } = await lab();
  heavy.dashboards(grafana, [SMALL, SMALL], heavy.text);
  const note = await api('POST /api/annotations', { dashboardUID: 'heavy-1', time: 1_700_000_000_000, text: 'note' });
  const items = [{ type: 'dashboard_by_uid', value: 'heavy-1' }];
  await api('POST /api/playlists', { name: 'Playlist', interval: '5m', items });
  await dashkeep('backup');
  await api(`DELETE /api/annotations/${String((note.body as { id: number }).id)}`);
  org.playlists.clear();
  heavy.dashboards(grafana, [SMALL, LARGE], heavy.text);

  const everything = await actions();
  expect(everything).toContain('blocked dashboard heavy-1');
  expect(everything).toContainEqual(expect.stringContaining('create annotation'));
  expect(await actions('--kinds', 'playlist')).toEqual([expect.stringContaining('create playlist')]);
});

inDepth('nor does a folder, and who may see what is in it is found out all the same', async () => {
  const { dashkeep, api, org } = await lab();
  await api('POST /api/folders', { uid: 'open', title: 'Open' });
  await api('POST /api/folders', { uid: 'inner', title: 'Inner', parentUid: 'open' });
  for (const folderUid of ['open', 'inner']) {
    const dashboard = { uid: `in-${folderUid}`, title: folderUid, schemaVersion: 39, panels: [] };
    await api('POST /api/dashboards/db', { dashboard, folderUid });
  }
  const allow = (permission: string) =>
    api('POST /api/access-control/folders/open', {
      permissions: [
        { builtInRole: 'Viewer', permission },
        { builtInRole: 'Editor', permission: '' },
      ],
    });
  await allow('');
  await dashkeep('backup');
  await allow('View');
  org.dashboards.delete('in-inner');
  const folder = org.folders.get('inner');
  org.folders.set('inner', { ...folder!, title: 'x'.repeat(LARGE * 1_000_000) });

  const { plan } = await dashkeep('restore', 'latest', '--only', 'dashboard/in-inner');
  expect(plan.find(({ uid, kind }) => kind === 'dashboard' && uid === 'in-inner')).toMatchObject({
    action: 'create',
    security: [{ code: 'placed' }],
  });
});

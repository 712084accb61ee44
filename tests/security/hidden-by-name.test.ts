import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

/** Somebody gives a dashboard or a folder the name of ours, so that backups leave it out. */
let grafana: Simulator;
let service: TestService;

const admin = (route: string, body?: unknown) => call(grafana, 'admin:admin', route, body);

async function backedUp(): Promise<string[]> {
  const { json: run } = await service.call('POST', '/runs', { kind: 'backup' });
  const { snapshot } = (await service.ended(run.id)) as { snapshot: string };
  const { json } = await service.call('GET', `/snapshots/${snapshot}/resources?limit=500`);
  return json.items.map(({ kind, uid }: { kind: string; uid: string }) => `${kind}/${uid}`);
}

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  service = await startService({ grafanaUrl: grafana.url });
});

afterEach(async () => {
  await service?.stop();
  await grafana?.close();
  await removeDirectory(service.directory);
});

describe.each(['dashkeep-preview-board', 'dashkeep-preview-0123456789abcdef012345'])('%s', (uid) => {
  it('is backed up, in the folder that once was ours and with its permissions', async () => {
    await admin('POST /api/folders', { uid: 'dashkeep-previews', title: 'Dashkeep previews' });
    const dashboard = { uid, title: 'Mine', panels: [] };
    await admin('POST /api/dashboards/db', { dashboard, folderUid: 'dashkeep-previews' });
    expect(await backedUp()).toEqual(
      expect.arrayContaining([`dashboard/${uid}`, `dashboard-permissions/${uid}`, 'folder/dashkeep-previews']),
    );
  });

  it('is backed up when an empty folder has that name, and shows in a comparison', async () => {
    await admin('POST /api/folders', { uid, title: 'Mine' });
    expect(await backedUp()).toEqual(expect.arrayContaining([`folder/${uid}`, `folder-permissions/${uid}`]));
    await admin(`DELETE /api/folders/${uid}`);
    await admin('POST /api/dashboards/db', { dashboard: { uid, title: 'Mine', panels: [] } });
    const { json } = await service.call('GET', '/diff?from=latest&to=live&refresh=true');
    expect(json.items.map((item: { kind: string; uid: string }) => `${item.kind}/${item.uid}`)).toEqual(
      expect.arrayContaining([`folder/${uid}`, `dashboard/${uid}`]),
    );
  });
});

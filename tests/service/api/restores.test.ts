import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../support/cli.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import { grafana, service, setUp, snapshot } from './harness.ts';

describe('the API of restores', () => {
  setUp();

  it('compares with live, plans a restore, applies it and undoes it', async () => {
    const { json: list } = await service.call('GET', `/snapshots/${snapshot}/resources?kind=dashboard&limit=1`);
    const { uid, title } = list.items[0];
    const token = grafana.token();
    const gone = await fetch(`${grafana.url}/api/dashboards/uid/${uid}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(gone.status).toBe(200);
    const { json: diff } = await service.call('GET', `/diff?from=${snapshot}&to=live&refresh=true&kind=dashboard`);
    expect(diff.items).toMatchObject([{ change: 'removed', kind: 'dashboard', uid, title }]);
    const whole = await service.call('POST', '/restores', { snapshot, selection: { type: 'everything' } });
    const { json: rows } = await service.call('GET', `/restores/${whole.json.id}/items?limit=500`);
    const actions: string[] = rows.items.map(({ action }: { action: string }) => action);
    expect(actions.slice(0, 2)).toEqual(['create', 'create']);
    expect(new Set(actions.slice(2))).toEqual(new Set(['unchanged']));
    const selection = { type: 'resources', resources: [{ org: 1, kind: 'dashboard', uid }] };
    const planned = await service.call('POST', '/restores', { snapshot, selection });
    expect(planned.status).toBe(201);
    expect(planned.json).toMatchObject({ state: 'planned', counts: { create: 2 } });
    expect(planned.json).not.toHaveProperty('message');
    const applied = await service.call('POST', `/restores/${planned.json.id}/apply`, {});
    expect(applied.status).toBe(202);
    const run = await service.ended(applied.json.id);
    expect(run).toMatchObject({ kind: 'restore', status: 'complete', undoable: true });
    const { json: results } = await service.call('GET', `/restores/${planned.json.id}/results`);
    expect(results.items).toMatchObject([
      { kind: 'dashboard', uid, outcome: 'verified' },
      { kind: 'dashboard-permissions', uid, outcome: 'verified' },
    ]);
    const { json: same } = await service.call('GET', `/diff?from=${snapshot}&to=live&refresh=true&kind=dashboard`);
    expect(same.items).toEqual([]);
    const undo = await service.call('POST', `/runs/${run['id']}/undo`);
    expect(undo.status).toBe(200);
    expect(undo.json).toMatchObject({ snapshot: run['snapshot'], undoes: run['id'], counts: { delete: 1, update: 0 } });
    const { json: listed } = await service.call('GET', `/restores/${undo.json.id}/items`);
    expect(listed.items[0]).toMatchObject({ kind: 'dashboard', uid, action: 'delete' });
    const items = await service.call('GET', `/restores/${undo.json.id}/items?action=delete`);
    expect(items.json.items).toMatchObject([{ kind: 'dashboard', uid, reason: 'the run created it' }]);
    expect((await service.call('POST', `/restores/${undo.json.id}/apply`, {})).json.error.code).toBe('DK_CONFIRMATION');
    const confirm = undo.json.confirm as string;
    const undone = await service.call('POST', `/restores/${undo.json.id}/apply`, { confirm });
    expect(await service.ended(undone.json.id)).toMatchObject({
      status: 'complete',
      trigger: 'undo',
      undoes: run['id'],
      counts: { deleted: 1 },
    });
    expect((await service.call('GET', `/runs/${run['id']}`)).json.continuedBy).toBe(undone.json.id);
    const { json: again } = await service.call('GET', `/diff?from=${snapshot}&to=live&refresh=true&kind=dashboard`);
    expect(again.items).toMatchObject([{ change: 'removed', kind: 'dashboard', uid }]);
  });

  it('restores a folder with all that was in it, and proposes nothing that is there', async () => {
    const { json: tree } = await service.call('GET', `/snapshots/${snapshot}/tree`);
    const { uid, total } = tree.folders.find(({ direct }: { direct: number }) => direct > 0);
    const headers = { authorization: `Bearer ${grafana.token()}` };
    await fetch(`${grafana.url}/api/folders/${uid}?forceDeleteRules=true`, { method: 'DELETE', headers });
    const selection = { type: 'folder', org: 1, uid };
    const planned = await service.call('POST', '/restores', { snapshot, selection });
    // With the folder itself.
    expect(planned.json.counts.create).toBe(total);
    const items = await service.call('GET', `/restores/${planned.json.id}/items?action=create&limit=2`);
    expect(items.json.items).toHaveLength(2);
    expect(items.json.next).toBeDefined();
    const applied = await service.call('POST', `/restores/${planned.json.id}/apply`, {});
    expect(await service.ended(applied.json.id)).toMatchObject({ status: 'complete' });
    const { json: view } = await service.call('GET', `/restores/${planned.json.id}`);
    expect(view).toMatchObject({ state: 'applied', outcomes: { verified: planned.json.counts.create } });
    expect(view.safetySnapshot).toBeDefined();
  });

  it('asks for a typed word before something live is overwritten', async () => {
    const { json: list } = await service.call('GET', `/snapshots/${snapshot}/resources?kind=folder&limit=1`);
    const { uid } = list.items[0];
    const headers = { authorization: `Bearer ${grafana.token()}`, 'content-type': 'application/json' };
    const live = await fetch(`${grafana.url}/api/folders/${uid}`, { headers });
    const { version } = (await live.json()) as { version: number };
    const body = JSON.stringify({ title: 'Renamed by hand', version, overwrite: true });
    await fetch(`${grafana.url}/api/folders/${uid}`, { method: 'PUT', headers, body });
    const request = {
      selection: { type: 'resources', resources: [{ org: 1, kind: 'folder', uid }] },
      options: { overwrite: true },
    };
    const planned = await service.call('POST', '/restores', { snapshot, ...request });
    const { title } = list.items[0];
    expect(planned.json).toMatchObject({ counts: { update: 1 }, confirm: title });
    const refused = await service.call('POST', `/restores/${planned.json.id}/apply`, {});
    expect([refused.status, refused.json.error.code]).toEqual([400, 'DK_CONFIRMATION']);
    // The id of the snapshot is taken as well.
    const other = await service.call('POST', '/restores', { snapshot, ...request });
    const applied = await service.call('POST', `/restores/${planned.json.id}/apply`, { confirm: ` ${title} ` });
    expect(await service.ended(applied.json.id)).toMatchObject({ status: 'complete' });
    const again = await service.call('POST', `/restores/${planned.json.id}/apply`, { confirm: title });
    expect(again.status).toBe(409);
    const byId = await service.call('POST', `/restores/${other.json.id}/apply`, { confirm: snapshot });
    expect(byId.status).toBe(202);
    await service.ended(byId.json.id);
  });

  it('does not offer to undo a restore that wrote to another Grafana', async () => {
    const other = await startGrafana({ profile: '13.2' });
    try {
      const { exit, json } = await runCli(['restore', snapshot, '--kinds', 'folder,dashboard', '--apply', '--json'], {
        GRAFANA_URL: other.url,
        GRAFANA_API_TOKEN: other.token(),
        DASHKEEP_TARGET: `file://${join(service.directory, 'target')}`,
        DASHKEEP_STATE_DIR: join(service.directory, 'state'),
      });
      expect(exit).toBe(0);
      const { json: run } = await service.call('GET', `/runs/${json.run}`);
      expect(run).toMatchObject({ status: 'complete', undoable: false, otherGrafana: other.url });
    } finally {
      await other.close();
    }
  });

  it('does not offer to undo a restore whose safety snapshot was deleted, and says why it cannot', async () => {
    const { json: list } = await service.call('GET', `/snapshots/${snapshot}/resources?kind=dashboard&limit=1`);
    const { uid } = list.items[0];
    const headers = { authorization: `Bearer ${grafana.token()}` };
    await fetch(`${grafana.url}/api/dashboards/uid/${uid}`, { method: 'DELETE', headers });
    const selection = { type: 'resources', resources: [{ org: 1, kind: 'dashboard', uid }] };
    const { json: plan } = await service.call('POST', '/restores', { snapshot, selection });
    const { json: started } = await service.call('POST', `/restores/${plan.id}/apply`, {});
    const run = await service.ended(started.id);
    const safety = String(run['snapshot']);
    expect((await service.call('GET', `/runs/${started.id}`)).json).toMatchObject({ undoable: true });
    expect((await service.call('DELETE', `/snapshots/${safety}?confirm=${safety}`)).status).toBe(200);
    const { json: after } = await service.call('GET', `/runs/${started.id}`);
    expect(after).toMatchObject({ undoable: false, snapshotGone: true });
    const undo = await service.call('POST', `/runs/${started.id}/undo`);
    expect([undo.status, undo.json.error]).toMatchObject([
      404,
      {
        code: 'DK_NOT_FOUND',
        why: { code: 'safety-snapshot-gone', params: { snapshot: safety } },
        advice: { code: 'restore-earlier', params: {} },
      },
    ]);
  });
});

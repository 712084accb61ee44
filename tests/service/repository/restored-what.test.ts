import { expect, it } from 'vitest';
import { call as send } from '../../simulator/http.ts';
import { grafana, services, setUp, start } from '../runs/life.ts';

setUp();

it('a restore says what was asked for and what it changed by title, also after its plan is gone', async () => {
  const { dashboards, folders } = grafana.state.org(1);
  const [folder = ''] = folders.keys();
  const save = (uid: string, title: string) =>
    send(grafana, 'admin:admin', 'POST /api/dashboards/db', {
      dashboard: { uid, title },
      folderUid: folder,
      overwrite: true,
    });
  await save('lost', 'Lost');
  await save('edited', 'As it was');
  const before = await start();
  const { json } = await before.call('POST', '/runs', { kind: 'backup' });
  const { snapshot } = await before.ended(json.id);
  dashboards.delete('lost');
  await save('edited', 'Edited');
  await save('new', 'New');

  const selection = { type: 'folder', org: 1, uid: folder };
  const request = { snapshot, selection, options: { overwrite: true, deleteExtra: true } };
  const { json: plan } = await before.call('POST', '/restores', request);
  const { json: applied } = await before.call('POST', `/restores/${plan.id}/apply`, { confirm: plan.confirm });
  expect(await before.ended(applied.id)).toMatchObject({ status: 'complete' });
  const { json: back } = await before.call('POST', `/runs/${applied.id}/undo`);
  const { json: undo } = await before.call('POST', `/restores/${back.id}/apply`, { confirm: back.confirm });
  expect(await before.ended(undo.id)).toMatchObject({ status: 'complete' });
  await services.pop()?.stop();

  const after = await start();
  const { json: run } = await after.call('GET', `/runs/${applied.id}`);
  expect(run).toMatchObject({ status: 'complete', source: snapshot, request });
  expect(run.folder).toBe(folders.get(folder)?.title);
  const changed = (touched: { kind: string }[]) =>
    touched.filter(({ kind }) => kind === 'dashboard').sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  expect(changed(run.touched)).toEqual([
    { org: 1, kind: 'dashboard', uid: 'edited', did: 'updated', title: 'As it was' },
    { org: 1, kind: 'dashboard', uid: 'lost', did: 'created', title: 'Lost' },
    expect.objectContaining({ uid: 'new', did: 'deleted', title: 'New' }),
  ]);
  const { json: undone } = await after.call('GET', `/runs/${undo.id}`);
  expect(undone).not.toHaveProperty('request');
  expect(changed(undone.touched)).toMatchObject([
    { uid: 'edited', did: 'updated', title: 'Edited' },
    { uid: 'lost', did: 'deleted', title: 'Lost' },
    { uid: 'new', did: 'created', title: 'New' },
  ]);
});

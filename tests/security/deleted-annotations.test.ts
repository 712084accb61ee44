import { expect, it } from 'vitest';
import { currentLab, labHooks } from './support/plan-attack.ts';

/* A script with an admin token deletes all annotations. Grafana keeps them, so they did not expire. */

labHooks();

it('are reported, and one plan puts back exactly those', async () => {
  const { api, dashkeep } = currentLab();
  await api('POST /api/dashboards/db', { dashboard: { uid: 'board', title: 'board', schemaVersion: 39, panels: [] } });
  const ids: unknown[] = [];
  for (let time = 1_700_000_000_000; ids.length < 12; time += 60_000) {
    const on = ids.length < 6 ? { dashboardUID: 'board' } : {};
    ids.push((await api('POST /api/annotations', { ...on, time, text: 'deployed', tags: [] }))['id']);
  }
  const before = (await dashkeep(['backup'])).json.snapshot as string;
  for (const id of ids) {
    await api(`DELETE /api/annotations/${String(id)}`);
  }
  const { exit, json } = await dashkeep(['backup', '--full-read-every', '1']);
  const losses = [{ org: 1, kind: 'annotation', before: 12, gone: 12 }];
  expect({ exit, shrunk: json.shrunk }).toEqual({ exit: 3, shrunk: { since: before, losses } });
  const applied = await dashkeep(['restore', before, '--lost-in', json.snapshot, '--apply']);
  const created = (applied.json.plan as { kind: string; action: string }[]).filter(({ action }) => action === 'create');
  expect(created.map(({ kind }) => kind)).toEqual(Array.from({ length: 12 }, () => 'annotation'));
  expect((await dashkeep(['backup', '--full-read-every', '1'])).exit).toBe(0);
});

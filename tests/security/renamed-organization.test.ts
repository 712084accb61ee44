import { expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { currentLab, labHooks } from './support/plan-attack.ts';

/*
 * An Admin of one organization may rename it (`PUT /api/org`), also to what another one was called that was deleted or
 * has another name by now. Restoring everything finds organizations by their names.
 */

interface Item {
  kind: string;
  uid: string;
  security: object[];
}

labHooks();

it('an organization that took the name of another one does not get its content unasked', async () => {
  const { api, dashkeep, grafana } = currentLab();
  const victim = Number((await api('POST /api/orgs', { name: 'Customer' }))['orgId']);
  const other = Number((await api('POST /api/orgs', { name: 'Other' }))['orgId']);
  const { id } = await api('POST /api/admin/users', {
    ...{ login: 'mallory', email: 'mallory@example.org', name: 'mallory', password: 'secret', OrgId: other },
  });
  await api(`PATCH /api/orgs/${other}/users/${String(id)}`, { role: 'Admin' });
  const dashboard = { uid: 'salaries', title: 'Salaries', schemaVersion: 39, panels: [] };
  await api('POST /api/dashboards/db', { dashboard }, victim);
  await api(
    'POST /api/v1/provisioning/contact-points',
    { uid: 'hook', name: 'hook', type: 'webhook', settings: { url: 'https://customer.example/secret' } },
    victim,
  );
  expect((await dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
  await api(`DELETE /api/orgs/${victim}`);
  const as = { 'x-grafana-org-id': String(other) };
  const renamed = await call(grafana, 'mallory:secret', 'PUT /api/org', { name: 'Customer' }, as);
  expect(renamed.status).toBe(200);

  const args = ['restore', 'latest', '--everything'];
  const { json } = await dashkeep(args);
  const params = { name: 'Customer', before: String(victim), after: String(other) };
  const item = { kind: 'org', uid: 'Customer', security: [{ code: 'org-taken', params }] };
  expect((json.plan as Item[])[0]).toMatchObject(item);
  expect(json.confirm).toMatch(/\d security changes?/);
  const seen = () => call(grafana, 'mallory:secret', 'GET /api/dashboards/uid/salaries', undefined, as);
  await expect(dashkeep([...args, '--apply'])).rejects.toMatchObject({ code: 'DK_CONFIRMATION' });
  expect((await seen()).status).toBe(404);
  // A person who knows that it is the same one says so.
  const { json: done } = await dashkeep([...args, '--apply', '--confirm', String(json.confirm)]);
  expect((done.results as Item[]).find(({ kind }) => kind === 'org')).toMatchObject({ ...item, outcome: 'verified' });
  expect((await seen()).status).toBe(200);
});

it('nor does one that takes the name between plan and apply', async () => {
  const { api, dashkeep, grafana } = currentLab();
  const victim = Number((await api('POST /api/orgs', { name: 'Customer' }))['orgId']);
  const other = Number((await api('POST /api/orgs', { name: 'Other' }))['orgId']);
  const dashboard = { uid: 'salaries', title: 'Salaries', schemaVersion: 39, panels: [] };
  await api('POST /api/dashboards/db', { dashboard }, victim);
  expect((await dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
  await api(`DELETE /api/orgs/${victim}`);
  const rename = () => Object.assign(grafana.state.orgs.get(other) ?? {}, { name: 'Customer' });
  grafana.setFaults({ match: 'POST /api/orgs', action: { kind: 'before', run: rename } });
  const { json } = await dashkeep(['restore', 'latest', '--everything', '--apply']);
  expect((json.results as { kind: string; code: string }[]).find(({ kind }) => kind === 'org')).toMatchObject({
    outcome: 'failed',
    code: 'org-made-meanwhile',
  });
  const headers = { 'x-grafana-org-id': String(other) };
  const seen = await call(grafana, 'admin:admin', 'GET /api/dashboards/uid/salaries', undefined, headers);
  expect(seen.status).toBe(404);
});

it('one that was only renamed is named before a second one is created', async () => {
  const { api, dashkeep } = currentLab();
  const id = Number((await api('POST /api/orgs', { name: 'Customer' }))['orgId']);
  expect((await dashkeep(['backup', '--orgs', 'all'])).json.status).toBe('complete');
  await api(`PUT /api/orgs/${id}`, { name: 'Client' });
  const { json } = await dashkeep(['restore', 'latest', '--everything']);
  const params = { id: String(id), name: 'Client' };
  const item = { kind: 'org', uid: 'Customer', action: 'create', security: [{ code: 'org-maybe-renamed', params }] };
  expect((json.plan as Item[])[0]).toMatchObject(item);
});

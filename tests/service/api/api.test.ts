import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/ports.ts';
import { grafana, service, setUp, snapshot } from './harness.ts';

describe('the API, with a real service, a Grafana and a target', () => {
  setUp();

  it.each([
    ['no token', {}],
    ['a wrong token', { authorization: 'Bearer wrong' }],
    ['another scheme', { authorization: 'Basic YWRtaW46YWRtaW4=' }],
    ['an empty token', { authorization: 'Bearer ' }],
  ])('refuses %s on every path', async (_what, headers) => {
    for (const path of ['/status', '/settings', '/runs', '/openapi.json', '/nothing']) {
      const answer = await fetch(`${service.url}/api/v1${path}`, { headers: headers as Record<string, string> });
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ error: { code: 'DK_UNAUTHORIZED' } });
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('says immediately whether everything is safe', async () => {
    // The first look at the repository happens in the background.
    const status = await eventually('the newest snapshot', async () => {
      const { json } = await service.call('GET', '/status');
      return json.newest === undefined ? undefined : json;
    });
    expect(status).toMatchObject({
      // No one decided to do without users, single sign-on and server settings.
      protection: 'yes',
      grafana: { reachable: true },
      target: { configured: true, reachable: true, encrypted: false },
      newest: { id: snapshot, status: 'complete', signed: true },
      lastBackup: { status: 'complete', snapshot },
      leader: { elected: false, leading: true },
    });
    expect(status.content.dashboard).toBe(12);
    expect(status.snapshots).toBe(1);
  });

  it('lists, filters and pages snapshots and runs', async () => {
    expect((await service.call('GET', '/snapshots')).json).toMatchObject({ total: 1, items: [{ id: snapshot }] });
    expect((await service.call('GET', '/snapshots?status=partial')).json).toMatchObject({ total: 0, items: [] });
    const { json } = await service.call('GET', '/runs?kind=backup&limit=1');
    expect(json.items[0]).toMatchObject({ snapshot, status: 'complete' });
    expect(json.items[0].counts.added).toBeGreaterThan(0);
  });

  it('shows a snapshot, its folders, its resources and one body', async () => {
    const { json: detail } = await service.call('GET', `/snapshots/${snapshot}`);
    expect(detail).toMatchObject({ id: snapshot, status: 'complete', encrypted: false });
    const { json: tree } = await service.call('GET', `/snapshots/${snapshot}/tree`);
    expect(tree.folders.length).toBe(detail.content.folder);
    const first = await service.call('GET', `/snapshots/${snapshot}/resources?kind=dashboard&limit=5`);
    const seen = [...first.json.items];
    for (let next = first.json.next; next !== undefined;) {
      const page = await service.call('GET', `/snapshots/${snapshot}/resources?kind=dashboard&limit=5&cursor=${next}`);
      seen.push(...page.json.items);
      next = page.json.next;
    }
    expect(new Set(seen.map(({ uid }: { uid: string }) => uid)).size).toBe(12);
    const { uid, org } = seen[0];
    const query = `org=${org}&kind=dashboard&uid=${uid}`;
    const { json: resource, headers } = await service.call('GET', `/snapshots/${snapshot}/resource?${query}`);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(resource.entry.uid).toBe(uid);
    expect(resource.body).toBeTypeOf('object');
    const file = await service.call('GET', `/snapshots/${snapshot}/download?${query}&format=dashboard`);
    expect(file.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(file.headers.get('content-disposition')).toContain('.json');
    expect(file.json).toHaveProperty('panels');
    const inFolder = tree.folders[0].uid;
    const under = await service.call('GET', `/snapshots/${snapshot}/resources?under=${inFolder}&org=1`);
    expect(under.json.total).toBeGreaterThan(0);
  });

  it('takes an empty body that is called JSON, as Grafana sends it, wherever nothing has to be said', async () => {
    const json = { 'content-type': 'application/json' };
    const { json: list } = await service.call('GET', `/snapshots/${snapshot}/resources?kind=dashboard&limit=1`);
    const [{ org, kind, uid }] = list.items;
    const headers = { authorization: `Bearer ${grafana.token()}` };
    await fetch(`${grafana.url}/api/dashboards/uid/${uid}`, { method: 'DELETE', headers });
    const selection = { type: 'resources', resources: [{ org, kind, uid }] };
    const planned = await service.call('POST', '/restores', { snapshot, selection });
    const applied = await service.call('POST', `/restores/${planned.json.id}/apply`, undefined, json);
    expect(applied.status).toBe(202);
    expect(await service.ended(applied.json.id)).toMatchObject({ status: 'complete' });
    const cancelled = await service.call('POST', `/runs/${applied.json.id}/cancel`, undefined, json);
    expect([cancelled.status, cancelled.json.error.code]).toEqual([409, 'DK_BUSY']);
    const undo = await service.call('POST', `/runs/${applied.json.id}/undo`, undefined, json);
    expect(undo.json).toMatchObject({ undoes: applied.json.id, counts: { delete: 1 } });
    for (const path of ['/settings/check', '/notifications/test']) {
      expect((await service.call('POST', path, undefined, json)).text, path).not.toContain('empty');
    }
    // What is needed is still asked for.
    const nothing = await service.call('POST', '/runs', undefined, json);
    expect([nothing.status, nothing.json.error.code]).toEqual([400, 'DK_USAGE']);
    const broken = await fetch(`${service.url}/api/v1/runs`, {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${service.token}` },
      body: '{"kind":',
    });
    expect(await broken.json()).toMatchObject({ error: { code: 'DK_USAGE' } });
  });

  it('starts the same run once for the same Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'a click' };
    const first = await service.call('POST', '/runs', { kind: 'verify' }, key);
    const second = await service.call('POST', '/runs', { kind: 'verify' }, key);
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.json.id).toBe(first.json.id);
    expect(await service.ended(first.json.id)).toMatchObject({ status: 'complete' });
  });

  it('records who asked, as information', async () => {
    const context = JSON.stringify({ Login: 'grace\u0007', OrgRole: 'Admin' });
    const { json } = await service.call('POST', '/runs', { kind: 'verify' }, { 'x-grafana-context': context });
    expect(await service.ended(json.id)).toMatchObject({ by: 'grace' });
  });

  it('puts a snapshot on hold, which is then not deleted, and releases it', async () => {
    const until = '2099-12-31T23:00:00.000Z';
    const context = { 'x-grafana-context': '{"Login":"grace"}' };
    const held = await service.call('PUT', `/snapshots/${snapshot}/hold`, { note: 'audit', until }, context);
    expect(held.json).toMatchObject({ snapshot, hold: { note: 'audit', by: 'grace', until } });
    expect((await service.call('GET', '/snapshots?marked=hold')).json.items).toMatchObject([{ id: snapshot }]);
    expect((await service.call('GET', '/snapshots?marked=note')).json.items).toEqual([]);
    const refused = await service.call('DELETE', `/snapshots/${snapshot}?confirm=${snapshot}`);
    expect([refused.status, refused.json.error.code]).toEqual([409, 'DK_SNAPSHOT_HELD']);
    // A hold without its misspelled end would never end.
    const misspelled = await service.call('PUT', `/snapshots/${snapshot}/hold`, { untill: until });
    expect([misspelled.status, misspelled.json.error.code]).toEqual([400, 'DK_USAGE']);
    const past = await service.call('PUT', `/snapshots/${snapshot}/hold`, { until: '2020-01-01T00:00:00.000Z' });
    expect([past.status, past.json.error.code]).toEqual([400, 'DK_USAGE']);
    const preview = await service.call('POST', '/retention/preview', {});
    expect(preview.json.kept.at(-1)).toMatchObject({ id: snapshot });
    const released = await service.call('DELETE', `/snapshots/${snapshot}/hold`);
    expect(released.json).toEqual({ snapshot, hold: null });
    expect((await service.call('DELETE', `/snapshots/${snapshot}/hold`)).status).toBe(404);
  });

  it('deletes a snapshot only when its id is typed', async () => {
    const { json: run } = await service.call('POST', '/runs', { kind: 'backup' });
    const { snapshot: newest } = (await service.ended(run.id)) as { snapshot: string };
    const refused = await service.call('DELETE', `/snapshots/${snapshot}?confirm=yes`);
    expect(refused.status).toBe(400);
    const guarded = await service.call('DELETE', `/snapshots/${newest}?confirm=${newest}`);
    expect([guarded.status, guarded.json.error.code]).toEqual([409, 'DK_SNAPSHOT_NEWEST']);
    const deleted = await service.call('DELETE', `/snapshots/${snapshot}?confirm=${snapshot}`);
    expect(deleted.json).toEqual({ deleted: snapshot });
    expect((await service.call('GET', `/snapshots/${snapshot}`)).status).toBe(404);
  });

  it('serves health, readiness and metrics on the second port', async () => {
    expect((await fetch(`${service.opsUrl}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${service.opsUrl}/readyz`)).json()).toEqual({ ready: true, reasons: [] });
    const text = await (await fetch(`${service.opsUrl}/metrics`)).text();
    for (const name of [
      'dashkeep_last_success_timestamp_seconds',
      'dashkeep_runs_total{kind="backup",status="complete"}',
      'dashkeep_run_duration_seconds_bucket',
      'dashkeep_token_expiry_timestamp_seconds',
      'dashkeep_leader 1',
      'dashkeep_grafana_up 1',
      'dashkeep_target_up 1',
    ]) {
      expect(text).toContain(name);
    }
    expect((await fetch(`${service.opsUrl}/metrics`, { method: 'POST' })).status).toBe(405);
  });
});

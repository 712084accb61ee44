import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';
import type { CheckText } from '../../../pkg/contract/reasons/check-result.ts';
import { reasonSentence } from '../../../pkg/contract/reasons/reason.ts';

describe('the API, with a real service, a Grafana and a target', () => {
  let grafana: Simulator;
  let service: TestService;
  let snapshot: string;

  beforeAll(async () => {
    grafana = await startGrafana({ profile: '13.2' });
    grafana.seedDashboards({ count: 12, folders: 4, v2Share: 0 });
    service = await startService({ grafanaUrl: grafana.url });
    const { json } = await service.call('POST', '/runs', { kind: 'backup' });
    const run = await service.ended(json.id);
    expect(run).toMatchObject({ status: 'complete', kind: 'backup', trigger: 'manual' });
    snapshot = String(run['snapshot']);
  });
  afterAll(async () => {
    await service?.stop();
    await grafana?.close();
    await removeDirectory(service.directory);
  });

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
    let status = (await service.call('GET', '/status')).json;
    for (let turn = 0; turn < 60 && status.newest === undefined; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      status = (await service.call('GET', '/status')).json;
    }
    expect(status).toMatchObject({
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
    const items = await service.call('GET', `/restores/${undo.json.id}/items?action=delete`);
    expect(items.json.items).toMatchObject([{ kind: 'dashboard', uid, reason: 'the restore created it' }]);
    expect((await service.call('POST', `/restores/${undo.json.id}/apply`, {})).json.error.code).toBe('DK_CONFIRMATION');
    const confirm = undo.json.confirm as string;
    const undone = await service.call('POST', `/restores/${undo.json.id}/apply`, { confirm });
    expect(await service.ended(undone.json.id)).toMatchObject({
      status: 'complete',
      trigger: 'undo',
      undoes: run['id'],
      counts: { deleted: 1 },
    });
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
    expect(planned.json.counts.create).toBeGreaterThan(total);
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
    const wish = {
      selection: { type: 'resources', resources: [{ org: 1, kind: 'folder', uid }] },
      options: { overwrite: true },
    };
    const planned = await service.call('POST', '/restores', { snapshot, ...wish });
    const { title } = list.items[0];
    expect(planned.json).toMatchObject({ counts: { update: 1 }, confirm: title });
    const refused = await service.call('POST', `/restores/${planned.json.id}/apply`, {});
    expect([refused.status, refused.json.error.code]).toEqual([400, 'DK_CONFIRMATION']);
    // The id of the snapshot is taken as well.
    const other = await service.call('POST', '/restores', { snapshot, ...wish });
    const applied = await service.call('POST', `/restores/${planned.json.id}/apply`, { confirm: ` ${title} ` });
    expect(await service.ended(applied.json.id)).toMatchObject({ status: 'complete' });
    const again = await service.call('POST', `/restores/${planned.json.id}/apply`, { confirm: title });
    expect(again.status).toBe(409);
    const byId = await service.call('POST', `/restores/${other.json.id}/apply`, { confirm: snapshot });
    expect(byId.status).toBe(202);
    await service.ended(byId.json.id);
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

  it('keeps settings with owners, takes secrets and never gives them back', async () => {
    const { json: before, headers } = await service.call('GET', '/settings');
    expect(headers.get('etag')).toBe(`"${before.revision}"`);
    expect(before.owners['target.url']).toEqual({ owner: 'deployment', source: 'DASHKEEP_TARGET' });
    expect(before.owners['retention.keepLast']).toEqual({ owner: 'default' });
    const secret = 'very-secret-key-material-123';
    const retention = { ...before.values.retention, keepLast: 7 };
    const saved = await service.call(
      'PUT',
      '/settings',
      { values: { retention }, secrets: { s3SecretAccessKey: secret } },
      { 'if-match': `"${before.revision}"` },
    );
    expect(saved.status).toBe(200);
    expect(saved.json.values.retention.keepLast).toBe(7);
    expect(saved.json.secrets.s3SecretAccessKey).toEqual({ set: true, owner: 'ui' });
    expect(saved.text).not.toContain(secret);
    const stale = await service.call(
      'PUT',
      '/settings',
      { values: { retention } },
      { 'if-match': `"${before.revision}"` },
    );
    expect([stale.status, stale.json.error.code]).toEqual([412, 'DK_SETTINGS_STALE']);
    const owned = await service.call('PUT', '/settings', {
      values: { target: { ...before.values.target, url: 's3://other/bucket' } },
    });
    expect(owned.json.error.fields).toEqual({ 'target.url': 'set by the deployment (DASHKEEP_TARGET)' });
    expect(owned.json.error.fieldReasons).toEqual({
      'target.url': { code: 'deployment-owned', params: { source: 'DASHKEEP_TARGET' } },
    });
    const wrong = await service.call('PUT', '/settings', {
      values: { schedule: { ...before.values.schedule, backup: 'whenever', timezone: 'Etc/UTC' } },
    });
    expect(wrong.status).toBe(400);
    expect(wrong.json.error.fields['schedule.backup']).toContain('deployment');
  });

  it('checks the target step by step and previews schedules and retention', async () => {
    const { json: check } = await service.call('POST', '/settings/check', {});
    expect(check.ok).toBe(true);
    expect(check.steps.map(({ step }: { step: string }) => step)).toEqual([
      'resolve',
      'clock',
      'write',
      'read',
      'list',
      'delete',
      'repository',
    ]);
    const { json: doctor } = await service.call('GET', '/doctor');
    expect(doctor.checks.find(({ name }: { name: string }) => name === 'grafana').status).toBe('ok');
    for (const { detail, findings, hint, hints } of [...check.steps, ...doctor.checks] as CheckText[]) {
      expect(findings.map(reasonSentence).join('; ')).toBe(detail);
      expect(hints.map(reasonSentence).join(' ')).toBe(hint);
    }
    const { json: preview } = await service.call(
      'GET',
      '/schedule/preview?expression=0+*/2+*+*+*&timezone=Europe/Paris',
    );
    expect(preview.next).toHaveLength(5);
    expect(preview.intervalSeconds).toBe(7200);
    const { json: retention } = await service.call('POST', '/retention/preview', {});
    expect(retention.kept.map(({ id }: { id: string }) => id)).toContain(snapshot);
  });

  it('deletes a snapshot only when its id is typed', async () => {
    const { json: run } = await service.call('POST', '/runs', { kind: 'backup' });
    const { snapshot: newest } = (await service.ended(run.id)) as { snapshot: string };
    const refused = await service.call('DELETE', `/snapshots/${snapshot}?confirm=yes`);
    expect(refused.status).toBe(400);
    const guarded = await service.call('DELETE', `/snapshots/${newest}?confirm=${newest}`);
    expect(guarded.status).toBe(400);
    const deleted = await service.call('DELETE', `/snapshots/${snapshot}?confirm=${snapshot}`);
    expect(deleted.json).toEqual({ deleted: snapshot });
    expect((await service.call('GET', `/snapshots/${snapshot}`)).status).toBe(404);
    snapshot = newest;
  });

  it('tells health, readiness and metrics on the second port', async () => {
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

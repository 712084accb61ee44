import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saveDashboard } from './support/plant.ts';
import { twoOrgs, type Side, type TwoOrgs } from './support/two-orgs.ts';

let world: TwoOrgs;
let home: Side;
let other: Side;
let snapshot: string;

beforeAll(async () => {
  world = await twoOrgs();
  ({ home, other } = world);
  snapshot = await world.backup();
});
afterAll(() => world?.close());

/** What is live of a side's dashboard, as Grafana has it. */
async function liveText(side: Side): Promise<string> {
  return JSON.stringify(await side.grafana.get(`/api/dashboards/uid/${side.planted.dashboard}`));
}

const everything = (id: string) => ({ snapshot: id, selection: { type: 'everything' }, options: { overwrite: true } });

describe("an Admin of another organization, through Grafana's proxy", () => {
  it('does not see what the home organization keeps', async () => {
    const resources = await other.call('GET', `/snapshots/${snapshot}/resources?limit=500`);
    expect(resources.text).toContain(other.mark);
    expect(resources.text).not.toContain(home.mark);
    expect(resources.json.items.every(({ org }: { org: number }) => org === other.org)).toBe(true);
    const { dashboard, dataSource } = home.planted;
    for (const [kind, uid] of [
      ['dashboard', dashboard],
      ['data-source', dataSource],
    ]) {
      const named = `org=1&kind=${kind}&uid=${uid}`;
      for (const path of [
        `/snapshots/${snapshot}/resource?${named}`,
        `/snapshots/${snapshot}/download?${named}`,
        `/diff/resource?from=${snapshot}&to=live&${named}`,
        `/resources/1/${kind}/${uid}/versions`,
        `/resources/${other.org}/${kind}/${uid}/versions`,
      ]) {
        const answer = await other.call('GET', path);
        expect([path, answer.status]).toEqual([path, 404]);
        expect(answer.text).not.toContain('panels');
      }
    }
    for (const path of [
      `/snapshots/${snapshot}/tree`,
      `/snapshots/${snapshot}`,
      `/diff?from=${snapshot}&to=live&refresh=true`,
      '/snapshots',
      '/runs',
      '/status',
      '/trends',
    ]) {
      const answer = await other.call('GET', path);
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.text).not.toContain(home.mark);
      expect(answer.text).not.toContain('Main Org.');
    }
  });

  it('finds nothing of the home organization by search, not even what it shares the words with', async () => {
    for (const text of [home.mark, 'homemark', 'dashboard', 'mark', home.planted.dashboard]) {
      const answer = await other.call('GET', `/search?q=${encodeURIComponent(text)}&limit=100`);
      expect([text, answer.status]).toEqual([text, 200]);
      expect(answer.text).not.toContain(home.mark);
      expect(answer.json.items.every(({ org }: { org: number }) => org === other.org)).toBe(true);
    }
    const own = (await other.call('GET', `/search?q=${other.mark}`)).json;
    expect(own.total).toBeGreaterThan(3);
    // The home organization sees no content of others either.
    const homes = await home.call('GET', `/search?q=${other.mark}`);
    expect(homes.json).toMatchObject({ items: [], total: 0 });
  });

  it('has its own numbers', async () => {
    const { items, total: own } = (await other.call('GET', `/snapshots/${snapshot}/resources?limit=500`)).json as {
      items: { bytes: number }[];
      total: number;
    };
    const whole = (await home.call('GET', `/snapshots/${snapshot}/resources`)).json.total as number;
    const row = (await other.call('GET', '/snapshots')).json.items[0];
    // Without users, settings and the like, which belong to no organization.
    expect(row).toMatchObject({
      id: snapshot,
      resources: own,
      bytes: items.reduce((sum, { bytes }) => sum + bytes, 0),
    });
    const detail = (await other.call('GET', `/snapshots/${snapshot}`)).json;
    expect(detail).toMatchObject({ resources: own, orgs: [{ id: other.org }] });
    expect(Object.values(detail.content as Record<string, number>).reduce((sum, n) => sum + n, 0)).toBe(own);
    const homeRow = (await home.call('GET', '/snapshots')).json.items[0];
    expect(homeRow).toMatchObject({ id: snapshot, resources: whole });
    expect(homeRow.bytes).not.toBe(row.bytes);
    const run = (await other.call('GET', `/runs/${snapshot}`)).json;
    expect(run.counts.listed).toBe(
      detail.kinds ? Object.values(detail.kinds as object).reduce((n, k) => n + k.listed, 0) : 0,
    );
    expect(run.by).toBeUndefined();
  });

  it('overwrites nothing of the home organization', async () => {
    await saveDashboard(home.grafana, home.planted, home.mark, 'dashboard', 'edited after the backup');
    const resources = [{ org: 1, kind: 'dashboard', uid: home.planted.dashboard }];
    const chosen = { snapshot, selection: { type: 'resources', resources }, options: { overwrite: true } };
    const folder = { snapshot, selection: { type: 'folder', org: 1, uid: home.planted.folder } };
    for (const body of [chosen, folder]) {
      const answer = await other.call('POST', '/restores', body);
      expect(answer.status).toBe(404);
    }
    const all = await other.call('POST', '/restores', everything(snapshot));
    expect(all.status).toBe(201);
    expect(all.text).not.toContain(home.mark);
    const items = await other.call('GET', `/restores/${all.json.id}/items?limit=500`);
    expect(items.text).not.toContain(home.mark);
    const applied = await other.call('POST', `/restores/${all.json.id}/apply`, { confirm: all.json.confirm });
    if (applied.status === 202) {
      await world.ended(other, applied.json.id);
    }
    expect(await liveText(home)).toContain('edited after the backup');
  });

  it('copies nothing of the home organization into its own, nor its own into the home organization', async () => {
    const take = { type: 'resources', resources: [{ org: 1, kind: 'dashboard', uid: home.planted.dashboard }] };
    const into = { snapshot, selection: take, options: { copy: { org: other.org } } };
    expect((await other.call('POST', '/restores', into)).status).toBe(404);
    const give = {
      type: 'resources',
      resources: [{ org: other.org, kind: 'dashboard', uid: other.planted.dashboard }],
    };
    const out = await other.call('POST', '/restores', { snapshot, selection: give, options: { copy: { org: 1 } } });
    expect([out.status, out.json.error?.code]).toEqual([403, 'DK_OTHER_ORGANIZATION']);
    expect(out.json.error.hint).toContain('dashkeep restore');
    const fromHome = await home.call('POST', '/restores', { ...into });
    expect(fromHome.status).toBe(403);
    expect((await other.call('GET', '/folders?org=1')).status).toBe(404);
    expect((await home.call('GET', `/folders?org=${other.org}`)).status).toBe(404);
  });

  it('cannot see, apply, undo or cancel what the home organization restores', async () => {
    const plan = await home.call('POST', '/restores', everything(snapshot));
    expect(plan.status).toBe(201);
    const unknown = await other.call('GET', '/restores/20260101T000000Z-00000000');
    for (const [method, path, body] of [
      ['GET', ''],
      ['GET', '/items'],
      ['GET', '/results'],
      ['POST', '/apply', { confirm: plan.json.confirm }],
    ] as const) {
      const answer = await other.call(method, `/restores/${plan.json.id}${path}`, body);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.text.replaceAll(plan.json.id, '20260101T000000Z-00000000')).toBe(unknown.text);
    }
    const applied = await home.call('POST', `/restores/${plan.json.id}/apply`, { confirm: plan.json.confirm });
    expect(applied.status).toBe(202);
    const { id } = applied.json;
    await world.ended(home, id);
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/undo'],
      ['POST', '/cancel'],
    ] as const) {
      expect([path, (await other.call(method, `/runs/${id}${path}`)).status]).toEqual([path, 404]);
    }
    expect((await other.call('GET', '/runs')).text).not.toContain(id);
    expect((await other.call('GET', '/status')).text).not.toContain(id);
    const safety = String((await home.call('GET', `/runs/${id}`)).json.snapshot);
    expect((await other.call('GET', '/snapshots')).text).not.toContain(safety);
    expect((await other.call('GET', `/snapshots/${safety}`)).status).toBe(404);
  });

  it('changes nothing that concerns all, and says whose matter it is', async () => {
    const before = (await home.call('GET', '/settings')).json;
    const retention = { ...before.values.retention, keepLast: 1 };
    for (const [method, path, body] of [
      ['GET', '/settings'],
      ['PUT', '/settings', { values: { retention } }],
      ['POST', '/settings/check', {}],
      ['POST', '/notifications/test', {}],
      ['POST', '/retention/preview', {}],
      ['GET', '/doctor'],
      ['DELETE', `/snapshots/${snapshot}?confirm=${snapshot}`],
      ['PUT', `/snapshots/${snapshot}/hold`, { note: 'mine' }],
      ['DELETE', `/snapshots/${snapshot}/hold`],
      ['PUT', `/snapshots/${snapshot}/note`, { note: 'mine' }],
      ['POST', '/runs', { kind: 'backup', acceptLoss: snapshot }],
      ['POST', '/runs', { kind: 'prune' }],
      ['POST', '/runs', { kind: 'forget' }],
      ['POST', '/runs', { kind: 'verify' }],
      ['POST', '/runs', { kind: 'drill' }],
    ] as const) {
      const answer = await other.call(method, path, body);
      expect([method, path, answer.status, answer.json?.error?.code]).toEqual([
        method,
        path,
        403,
        'DK_HOME_ORGANIZATION',
      ]);
    }
    expect((await home.call('GET', '/settings')).json.revision).toBe(before.revision);
    expect((await home.call('GET', `/snapshots/${snapshot}`)).status).toBe(200);
  });

  it('cannot cancel a backup that the home organization requested', async () => {
    const release = world.grafana.simulator?.hold('GET /apis/*');
    const { id } = (await home.call('POST', '/runs', { kind: 'backup' })).json;
    const answer = await other.call('POST', `/runs/${id}/cancel`);
    release?.();
    expect([answer.status, answer.json.error?.code]).toEqual([403, 'DK_HOME_ORGANIZATION']);
    expect((await world.ended(home, id))['status']).toBe('complete');
  });

  it('sees that a snapshot is on hold, and not who keeps it', async () => {
    await home.call('PUT', `/snapshots/${snapshot}/hold`, { note: 'for the audit' });
    await home.call('PUT', `/snapshots/${snapshot}/note`, { note: 'a note' });
    const { hold, note } = (await home.call('GET', `/snapshots/${snapshot}`)).json;
    expect([hold.note, note.text, note.by]).toEqual(['for the audit', 'a note', hold.by]);
    const seen = await other.call('GET', `/snapshots/${snapshot}`);
    expect([seen.json.hold.note, seen.json.note.text]).toEqual(['for the audit', 'a note']);
    const list = await other.call('GET', '/snapshots?marked=hold');
    expect(list.json.items).toHaveLength(1);
    expect(list.text + seen.text).not.toContain(hold.by);
    await home.call('DELETE', `/snapshots/${snapshot}/hold`);
  });

  it('is not believed when it says that it is another organization', async () => {
    const attempts: Record<string, string>[] = [{ 'X-Dashkeep-Org': '1' }, { 'X-Grafana-Context': '{"OrgID":1}' }];
    for (const headers of attempts) {
      const answer = await other.call('GET', `/snapshots/${snapshot}/resources`, undefined, headers);
      expect(answer.text).not.toContain(home.mark);
    }
  });

  it('backs up like everybody, and sees only its part of that', async () => {
    const { json } = await other.call('POST', '/runs', { kind: 'backup' }, { 'Idempotency-Key': 'same' });
    const run = await world.ended(other, json.id);
    expect(run['status']).toBe('complete');
    expect(String(run['by'])).toContain('admin-');
    const again = await home.call('POST', '/runs', { kind: 'backup' }, { 'Idempotency-Key': 'same' });
    expect(again.json.id).not.toBe(json.id);
    await world.ended(home, again.json.id);
    const seen = await home.call('GET', `/runs/${json.id}`);
    expect(seen.json.by).toBeUndefined();
  });
});

describe('an Admin of the home organization', () => {
  it('does not see what another organization keeps', async () => {
    for (const path of [
      `/snapshots/${snapshot}/resources?limit=500`,
      `/snapshots/${snapshot}/tree`,
      `/snapshots/${snapshot}`,
      `/diff?from=${snapshot}&to=live&refresh=true`,
      '/snapshots',
      '/runs',
      '/status',
    ]) {
      const answer = await home.call('GET', path);
      expect([path, answer.status]).toEqual([path, 200]);
      expect([path, answer.text]).not.toContain(other.mark);
      expect(answer.text.includes(other.mark)).toBe(false);
    }
    const named = `org=${other.org}&kind=dashboard&uid=${other.planted.dashboard}`;
    expect((await home.call('GET', `/snapshots/${snapshot}/resource?${named}`)).status).toBe(404);
  });

  it('does not widen which organizations are reached: that is the deployment', async () => {
    const { values } = (await home.call('GET', '/settings')).json;
    const answer = await home.call('PUT', '/settings', { values: { scope: { ...values.scope, orgs: 'token' } } });
    expect([answer.status, answer.json.error.code]).toEqual([400, 'DK_SETTINGS']);
    expect(answer.json.error.fields['scope.orgs']).toContain('DASHKEEP_ORGS');
  });
});

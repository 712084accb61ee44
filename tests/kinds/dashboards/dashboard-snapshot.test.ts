import { afterEach, describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '../../../pkg/lib/json/json.ts';
import { kindOf } from '../../../pkg/grafana/kinds/registry.ts';
import { TRIED_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { bodies, restore, roundTrip, take, testGrafana, type TestGrafana } from '../harness.ts';

let grafana: TestGrafana;
afterEach(() => grafana.close());

async function seed(more: JsonObject = {}): Promise<string> {
  const { grafana: client } = await grafana.admin();
  await client.post('/api/dashboards/db', { dashboard: { uid: 'd1', title: 'CPU', panels: [] } });
  const dashboard = { uid: 'd1', title: 'CPU', panels: [{ id: 1, snapshotData: [{ fields: [1, 2, 3] }] }] };
  const answer = await client.post('/api/snapshots', { name: 'Outage', dashboard, ...more });
  return (answer as JsonObject)['key'] as string;
}

describe.each(TRIED_PROFILES)('dashboard snapshots on %s', (profile) => {
  it('come back with their data and key, so that links keep working', async () => {
    grafana = await testGrafana({ profile });
    const key = await seed();
    const { before, after, restored } = await roundTrip(grafana, ['dashboard', 'dashboard-snapshot']);
    expect([...before.get('dashboard-snapshot')!.keys()]).toEqual([key]);
    expect(bodies(after.get('dashboard-snapshot')!)).toEqual(bodies(before.get('dashboard-snapshot')!));
    expect(restored.get('dashboard-snapshot')!.losses).toEqual({ [key]: ['gets a new delete key'] });
    expect(
      (await restore('dashboard-snapshot', await grafana.admin(), before.get('dashboard-snapshot')!)).written,
    ).toEqual([]);
  });
});

describe('dashboard snapshots', () => {
  it('keep their end', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    const key = await seed({ expires: 3600 });
    const { before, after } = await roundTrip(grafana, ['dashboard', 'dashboard-snapshot']);
    const [was, is] = [before, after].map((all) => {
      const body = all.get('dashboard-snapshot')!.get(key)!.body as JsonObject;
      return Date.parse(body['expires'] as string);
    });
    expect(Math.abs(is! - was!)).toBeLessThan(60_000);
  });

  it('expire in the same second as before, wherever in a second the restore writes them', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    const context = await grafana.admin();
    const key = await seed({ expires: 3600 });
    const content = (await take('dashboard-snapshot', context)).get(key)!;
    const body = { ...(content.body as JsonObject), expires: '2026-07-01T13:00:00Z' };
    const post = vi.spyOn(context.grafana, 'post').mockResolvedValue({ key });
    for (const written of ['2026-07-01T12:00:00.000Z', '2026-07-01T12:00:00.600Z', '2026-07-01T12:00:00.900Z']) {
      const clock = { ...context.clock, now: () => new Date(written) };
      await kindOf('dashboard-snapshot').write!({ ...context, clock }, { uid: key, content: { ...content, body } });
      // Grafana adds the seconds to its own time and drops the fraction.
      const { expires } = post.mock.lastCall![1] as { expires: number };
      const end = new Date(Math.floor(Date.parse(written) / 1000 + expires) * 1000);
      expect(end.toISOString()).toBe('2026-07-01T13:00:00.000Z');
    }
  });

  it('that have expired since are not brought back', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    const key = await seed({ expires: 1 });
    const taken = await take('dashboard-snapshot', await grafana.admin());
    const body = taken.get(key)!.body as JsonObject;
    taken.get(key)!.body = { ...body, expires: '2020-01-01T00:00:00Z' };
    grafana.sim.wipe();
    const restored = await restore('dashboard-snapshot', await grafana.admin(), taken);
    expect(restored.blocked[key]).toMatch(/expired/);
  });

  it('that do not say which dashboard they are of cannot come back, and say so', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    const key = await seed();
    const { uid: _, ...dashboard } = grafana.sim.state.org(1).snapshots.get(key)!.dashboard;
    grafana.sim.state.org(1).snapshots.get(key)!.dashboard = dashboard;
    const taken = await take('dashboard-snapshot', await grafana.admin());
    grafana.sim.wipe();
    const restored = await restore('dashboard-snapshot', await grafana.admin(), taken);
    expect(restored.blocked[key]).toMatch(/source dashboard/);
  });

  it('of an organization that was deleted are not there in another one, where their key is taken', async () => {
    grafana = await testGrafana({ profile: '12.4' });
    const key = await seed();
    const taken = await take('dashboard-snapshot', await grafana.admin());
    const { grafana: client } = await grafana.admin();
    const { orgId: org } = (await client.post('/api/orgs', { name: 'Again' })) as { orgId: number };
    grafana.sim.state.leftSnapshots.push(grafana.sim.state.org(1).snapshots.get(key)!);
    grafana.sim.state.org(1).snapshots.delete(key);
    const again = await grafana.admin({ org });
    await again.grafana.post('/api/dashboards/db', { dashboard: { uid: 'd1', title: 'CPU', panels: [] } });
    expect(await kindOf('dashboard-snapshot').read(again, { uid: key, title: '' })).toBeUndefined();
    await expect(restore('dashboard-snapshot', again, taken)).rejects.toThrow('its link is in use elsewhere');
  });

  it('need their dashboard', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    const key = await seed();
    const content = (await take('dashboard-snapshot', await grafana.admin())).get(key)!;
    expect(kindOf('dashboard-snapshot').references(content)).toEqual([
      { kind: 'dashboard', uid: 'd1', required: true, owner: true },
    ]);
  });
});

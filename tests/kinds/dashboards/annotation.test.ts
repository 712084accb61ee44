import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../pkg/lib/json/json.ts';
import { kindOf } from '../../../pkg/grafana/kinds/registry.ts';
import type { Annotation } from '../../support/grafana/model/content.ts';
import { budget } from '../../support/budget.ts';
import { TRIED_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { bodies, listed, restore, roundTrip, take, takeAll, testGrafana, type TestGrafana } from '../harness.ts';

const T0 = Date.parse('2026-03-01T00:00:00Z');
let grafana: TestGrafana;
afterEach(() => grafana.close());

async function seed(): Promise<void> {
  const { grafana: client } = await grafana.admin();
  await client.post('/api/dashboards/db', { dashboard: { uid: 'd1', title: 'CPU', panels: [] } });
  const all: JsonObject[] = [
    { text: 'deployed 1.2', time: T0, tags: ['deploy', 'b', 'a'] },
    { text: 'incident', time: T0 + 1000, timeEnd: T0 + 60_000, tags: [], dashboardUID: 'd1', panelId: 2 },
    { text: 'said twice', time: T0 + 5000, tags: ['x'], dashboardUID: 'd1' },
    { text: 'said twice', time: T0 + 5000, tags: ['x'], dashboardUID: 'd1' },
    { text: 'with data', time: T0 + 7000, tags: [], data: { build: 12 } },
  ];
  for (const body of all) {
    await client.post('/api/annotations', body);
  }
}

/** Many in one step, straight into the server's memory. */
function flood(count: number, given: (index: number) => Partial<Annotation>): void {
  const { state } = grafana.sim;
  for (let index = 0; index < count; index++) {
    const time = T0 + index;
    const annotation: Annotation = {
      id: state.nextId(),
      dashboardUid: '',
      panelId: 0,
      userId: 1,
      login: 'admin',
      time,
      timeEnd: time,
      text: `note ${index}`,
      tags: [],
      data: {},
      alertName: '',
      created: time,
      updated: time,
      ...given(index),
    };
    state
      .org(1)
      .annotations.set(annotation.id, { ...annotation, timeEnd: Math.max(annotation.time, annotation.timeEnd) });
  }
}

describe.each(TRIED_PROFILES)('annotations on %s', (profile) => {
  it('come back the same, each as often as it was there', async () => {
    grafana = await testGrafana({ profile });
    await seed();
    const { before, after, restored } = await roundTrip(grafana, ['dashboard', 'annotation']);
    expect(before.get('annotation')!.size).toBe(5);
    expect([...before.get('annotation')!.values()].map(({ body }) => body)).toContainEqual({
      dashboardUID: 'd1',
      panelId: 2,
      time: T0 + 1000,
      timeEnd: T0 + 60_000,
      tags: [],
      text: 'incident',
    });
    expect(bodies(after.get('annotation')!)).toEqual(bodies(before.get('annotation')!));
    expect(restored.get('annotation')!.written.length).toBe(5);
  });

  it('restored twice are not there twice', async () => {
    grafana = await testGrafana({ profile });
    await seed();
    const taken = await take('annotation', await grafana.admin());
    grafana.sim.clearRequests();
    expect((await restore('annotation', await grafana.admin(), taken)).written).toEqual([]);
    expect(grafana.sim.writes()).toEqual([]);
    // Half of them gone: only that half is written.
    const { annotations } = grafana.sim.state.org(1);
    [...annotations.keys()].slice(0, 3).forEach((id) => annotations.delete(id));
    expect((await restore('annotation', await grafana.admin(), taken)).written.length).toBe(3);
    expect(annotations.size).toBe(5);
  });

  it('are found again by uid, with their dashboard', async () => {
    grafana = await testGrafana({ profile });
    await seed();
    const taken = await take('annotation', await grafana.admin());
    const context = await grafana.admin();
    for (const [uid, content] of taken) {
      expect(await kindOf('annotation').read(context, { uid, title: '' })).toEqual(content);
    }
    expect(await kindOf('annotation').read(context, { uid: 'gone', title: '' })).toBeUndefined();
  });

  it('of a dashboard that is gone are gone, and one request finds those of a dashboard', async () => {
    grafana = await testGrafana({ profile });
    await seed();
    const context = await grafana.admin();
    const all = await listed('annotation', context);
    const incident = all.find(({ title }) => title === 'incident')!;
    const { content, ...known } = incident;
    expect(await kindOf('annotation').read(await grafana.admin(), known)).toEqual(content);
    grafana.sim.state.org(1).dashboards.delete('d1');
    expect(await kindOf('annotation').read(await grafana.admin(), known)).toBeUndefined();
    expect(await kindOf('annotation').read(context, known)).toBeUndefined();
  });

  it('are all listed, far beyond the hundred that Grafana shows unasked', async () => {
    grafana = await testGrafana({ profile });
    // Some overlap everything that follows, which would fill the top of every page that moves back in time.
    const count = profile === '13.2' ? 12_000 : budget(6_000, 12_000);
    flood(count, (index) => (index % 50 === 0 ? { timeEnd: T0 + 20_000 } : {}));
    expect((await listed('annotation', await grafana.admin())).length).toBe(count);
  });
});

describe('annotations', () => {
  it('of one millisecond are all listed however many they are', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    flood(7_000, () => ({ time: T0, timeEnd: T0 }));
    expect((await listed('annotation', await grafana.admin())).length).toBe(7_000);
  });

  it('of alert states are left out: they are history', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    flood(5, (index) => ({ alertName: index < 3 ? 'CPU high' : '' }));
    expect((await listed('annotation', await grafana.admin())).length).toBe(2);
  });

  it('follow a dashboard that is renamed, and are known by what they then say', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const kind = kindOf('annotation');
    const taken = await takeAll(grafana, ['annotation']);
    const incident = [...taken.get('annotation')!.values()].find(({ title }) => title === 'incident')!;
    expect(kind.references(incident)).toEqual([{ kind: 'dashboard', uid: 'd1', owner: true }]);
    const renamed = kind.rename!(incident, () => 'd2');
    const { grafana: client } = await grafana.admin();
    await client.post('/api/dashboards/db', { dashboard: { uid: 'd2', title: 'Copy', panels: [] } });
    const uid = kind.uidOf!(renamed);
    await kind.write!(await grafana.admin(), { uid, content: renamed });
    expect((await take('annotation', await grafana.admin())).has(uid)).toBe(true);
  });

  it('whose list fails half-way are an error, not a shorter list (peers 2)', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    flood(12_000, () => ({}));
    grafana.sim.setFaults({ match: 'GET /api/annotations*', skip: 2, action: { kind: 'status', status: 500 } });
    await expect(listed('annotation', await grafana.admin())).rejects.toMatchObject({ code: 'DK_GRAFANA_FAILED' });
  });

  it('without the right to read them is an error that names it', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    const context = await grafana.account({ without: ['annotations:read'] });
    await expect(listed('annotation', context)).rejects.toThrow(/annotations:read/);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../pkg/lib/json/json.ts';
import { kindOf } from '../../../pkg/grafana/kinds/registry.ts';
import { PROFILES, servedVersions } from '../../support/grafana/profiles/profiles.ts';
import { TRIED_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { bodies, listed, restore, roundTrip, take, testGrafana, type TestGrafana } from '../harness.ts';

let grafana: TestGrafana;
afterEach(() => grafana.close());

async function seed(): Promise<string> {
  const { grafana: client } = await grafana.admin();
  const items = [
    { type: 'dashboard_by_uid', value: 'd1' },
    { type: 'dashboard_by_tag', value: 'wall' },
  ];
  const answer = await client.post('/api/playlists', { name: 'Wall', interval: '30s', items });
  return (answer as JsonObject)['uid'] as string;
}

describe.each(TRIED_PROFILES)('playlists on %s', (profile) => {
  const keepsUid = servedVersions(PROFILES[profile], 'playlist.grafana.app').length > 0;

  it(keepsUid ? 'come back the same' : 'come back the same under a new uid, and are not made twice', async () => {
    grafana = await testGrafana({ profile });
    const uid = await seed();
    const { before, after, restored } = await roundTrip(grafana, ['playlist']);
    const taken = before.get('playlist')!;
    expect([...taken.keys()]).toEqual([uid]);
    if (keepsUid) {
      expect(bodies(after.get('playlist')!)).toEqual(bodies(taken));
      expect(restored.get('playlist')!.losses).toEqual({});
      return;
    }
    const comparable = kindOf('playlist').comparable!;
    const [now] = [...after.get('playlist')!.values()];
    expect(comparable(now!.body, taken.get(uid)!.body)).toEqual(comparable(taken.get(uid)!.body, now!.body));
    expect(restored.get('playlist')!.losses[uid]).toContain(
      'gets a new UID, because this Grafana instance assigns playlist UIDs itself',
    );
    grafana.sim.clearRequests();
    const again = await restore('playlist', await grafana.admin(), taken);
    expect(again).toEqual({ written: [], losses: {}, blocked: {} });
    expect(grafana.sim.writes()).toEqual([]);
    expect(grafana.sim.state.org(1).playlists.size).toBe(1);
  });

  it('are updated in place', async () => {
    grafana = await testGrafana({ profile });
    const uid = await seed();
    const taken = await take('playlist', await grafana.admin());
    const live = grafana.sim.state.org(1).playlists.get(uid)!;
    live.items = [];
    await restore('playlist', await grafana.admin(), taken);
    expect(bodies(await take('playlist', await grafana.admin()))).toEqual(bodies(taken));
    expect(grafana.sim.state.org(1).playlists.size).toBe(1);
  });

  it('are all listed, beyond what the list shows unasked', async () => {
    grafana = await testGrafana({ profile });
    const { state } = grafana.sim;
    for (let index = 0; index < 1100; index++) {
      const stored = state.stored(`p${index}`, 'user:seed', 'playlists');
      state.org(1).playlists.set(stored.uid, { ...stored, name: `P${index}`, interval: '5m', items: [] });
    }
    expect((await listed('playlist', await grafana.admin())).length).toBe(1100);
  });
});

describe('playlists', () => {
  it('are the same object whichever API they came through', async () => {
    const found = [];
    for (const profile of ['11.6', '13.2'] as const) {
      grafana = await testGrafana({ profile });
      const uid = await seed();
      found.push({ ...((await take('playlist', await grafana.admin())).get(uid)!.body as JsonObject), uid: '' });
      await grafana.close();
    }
    expect(found[0]).toEqual(found[1]);
  });

  it('name their dashboards and follow a renaming', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    const uid = await seed();
    const kind = kindOf('playlist');
    const content = (await take('playlist', await grafana.admin())).get(uid)!;
    expect(kind.references(content)).toEqual([{ kind: 'dashboard', uid: 'd1' }]);
    expect(kind.references(kind.rename!(content, () => 'd2'))).toEqual([{ kind: 'dashboard', uid: 'd2' }]);
  });

  it('without the right to read them is an error', async () => {
    grafana = await testGrafana({ profile: '11.6' });
    const context = await grafana.account({ without: ['playlists:read'] });
    await expect(take('playlist', context)).rejects.toThrow(/playlists:read/);
  });
});

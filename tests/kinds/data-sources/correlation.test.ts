import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../pkg/lib/json/json.ts';
import { kindOf } from '../../../pkg/grafana/kinds/registry.ts';
import { PROFILES } from '../../support/grafana/profiles/profiles.ts';
import { TRIED_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { bodies, listed, restore, roundTrip, take, testGrafana, type TestGrafana } from '../harness.ts';

let grafana: TestGrafana;
afterEach(() => grafana.close());

function correlation(label: string, more: JsonObject = {}): JsonObject {
  return {
    targetUID: 'tempo',
    label,
    description: 'from log line to trace',
    type: 'query',
    config: { type: 'query', field: 'traceID', target: { query: '${traceID}' }, transformations: [] },
    ...more,
  };
}

async function seed(...labels: string[]): Promise<void> {
  const { grafana: client } = await grafana.admin();
  for (const uid of ['loki', 'tempo']) {
    await client.post('/api/datasources', { uid, name: uid, type: uid, access: 'proxy' });
  }
  for (const label of labels) {
    await client.post('/api/datasources/uid/loki/correlations', correlation(label));
  }
}

/** More of the same, with their own labels. */
function addMany(count: number): void {
  const { correlations } = grafana.sim.state.org(1);
  const [pattern] = correlations.values();
  for (let index = 0; index < count; index++) {
    correlations.set(`many-${index}`, { ...pattern!, uid: `many-${index}`, label: `Link ${index}` });
  }
}

describe.each(TRIED_PROFILES)('correlations on %s', (profile) => {
  it('come back the same under new uids, and are not made twice', async () => {
    grafana = await testGrafana({ profile });
    await seed('Logs to traces', 'Other');
    const { grafana: client } = await grafana.admin();
    // Before 11 none leads out of Grafana.
    const hasExternal = PROFILES[profile].major >= 11;
    if (hasExternal) {
      const config = { field: 'id', target: { url: 'https://example.org/${id}' } };
      await client.post('/api/datasources/uid/loki/correlations', { label: 'Ticket', type: 'external', config });
    }
    const { before, after } = await roundTrip(grafana, ['data-source', 'correlation']);
    expect(before.get('correlation')!.size).toBe(hasExternal ? 3 : 2);
    expect(bodies(after.get('correlation')!)).toEqual(bodies(before.get('correlation')!));
    expect(JSON.stringify(bodies(before.get('correlation')!))).not.toMatch(/"uid"|orgId|provisioned/);
    grafana.sim.clearRequests();
    expect((await restore('correlation', await grafana.admin(), before.get('correlation')!)).written).toEqual([]);
    expect(grafana.sim.writes()).toEqual([]);
  });

  it('are updated in place', async () => {
    grafana = await testGrafana({ profile });
    await seed('Logs to traces');
    const taken = await take('correlation', await grafana.admin());
    const { correlations } = grafana.sim.state.org(1);
    [...correlations.values()][0]!.description = 'changed';
    const uids = [...correlations.keys()];
    await restore('correlation', await grafana.admin(), taken);
    expect([...correlations.keys()]).toEqual(uids);
    expect(bodies(await take('correlation', await grafana.admin()))).toEqual(bodies(taken));
  });

  it('are all listed, beyond the thousand of one page', async () => {
    grafana = await testGrafana({ profile });
    await seed('Link');
    addMany(2300);
    expect((await listed('correlation', await grafana.admin())).length).toBe(2301);
  });

  it('are all listed where other orgs have some, and where a data source is gone that some lead to', async () => {
    grafana = await testGrafana({ profile });
    await seed('Logs to traces', 'Other');
    const { grafana: client } = await grafana.admin();
    await client.post('/api/datasources', { uid: 'gone', name: 'gone', type: 'tempo', access: 'proxy' });
    await client.post('/api/datasources/uid/loki/correlations', correlation('Nowhere', { targetUID: 'gone' }));
    await client.delete('/api/datasources/uid/gone');
    const other = grafana.sim.state.addOrg('Other');
    const [first] = grafana.sim.state.org(1).correlations.values();
    other.correlations.set('theirs', { ...first!, uid: 'theirs' });
    grafana.sim.clearRequests();
    const labels = (await listed('correlation', await grafana.admin())).map(({ title }) => title);
    expect(labels.sort()).toEqual(['Logs to traces', 'Other']);
    expect(grafana.sim.requests.filter(({ path }) => path === '/api/datasources/correlations')).toHaveLength(1);
  });

  it('that a deletion shifts past the next page are found by another pass', async () => {
    grafana = await testGrafana({ profile });
    await seed('Link');
    addMany(2300);
    const { correlations } = grafana.sim.state.org(1);
    const first = [...correlations.keys()].slice(0, 5);
    grafana.sim.setFaults({
      match: 'GET /api/datasources/correlations*page=2',
      times: 1,
      action: { kind: 'before', run: () => first.forEach((uid) => correlations.delete(uid)) },
    });
    const labels = (await listed('correlation', await grafana.admin())).map(({ title }) => title);
    expect(labels).toEqual(expect.arrayContaining([...correlations.values()].map(({ label }) => label)));
  });
});

describe('correlations', () => {
  it('are the same object before and after `type` moved', async () => {
    const found = [];
    for (const profile of ['10.4', '13.2'] as const) {
      grafana = await testGrafana({ profile });
      await seed('Logs to traces');
      found.push(bodies(await take('correlation', await grafana.admin())));
      await grafana.close();
    }
    expect(found[0]).toEqual(found[1]);
  });

  it('that say so of provisioning are marked', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed('Logs to traces');
    [...grafana.sim.state.org(1).correlations.values()][0]!.provisioned = true;
    const [content] = [...(await take('correlation', await grafana.admin())).values()];
    expect(content!.managedBy).toEqual({ manager: 'file' });
  });

  it('follow their data sources, and are known by them', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed('Logs to traces');
    const kind = kindOf('correlation');
    const [[uid, content]] = [...(await take('correlation', await grafana.admin()))] as [[string, never]];
    expect(kind.references(content)).toEqual([
      { kind: 'data-source', uid: 'loki' },
      { kind: 'data-source', uid: 'tempo' },
    ]);
    expect(kind.uidOf!(content)).toBe(uid);
    expect(kind.uidOf!(kind.rename!(content, (reference) => `new-${reference.uid}`))).not.toBe(uid);
  });

  it('are none where an older Grafana answers 404', async () => {
    grafana = await testGrafana({ profile: '10.4' });
    const body = { message: 'No correlation found' };
    grafana.sim.setFaults({ match: '*correlations*', action: { kind: 'status', status: 404, body } });
    expect(await listed('correlation', await grafana.admin())).toEqual([]);
    grafana.sim.setFaults({ match: '*correlations*', action: { kind: 'status', status: 404 } });
    await expect(listed('correlation', await grafana.admin())).rejects.toMatchObject({ code: 'DK_GRAFANA_NOT_FOUND' });
  });
});

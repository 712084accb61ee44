import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../pkg/contract/json.ts';
import { kindOf } from '../../pkg/grafana/kinds/registry.ts';
import { PROFILES, type ProfileName } from '../support/grafana/profiles.ts';
import { bodies, listed, restore, roundTrip, take, testGrafana, type TestGrafana } from './harness.ts';

const profiles = Object.keys(PROFILES) as ProfileName[];
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

describe.each(profiles)('correlations on %s', (profile) => {
  it('come back the same under new uids, and are not made twice', async () => {
    grafana = await testGrafana({ profile });
    await seed('Logs to traces', 'Other');
    const { grafana: client } = await grafana.admin();
    const external = { field: 'id', target: { url: 'https://example.org/${id}' } };
    await client.post('/api/datasources/uid/loki/correlations', {
      label: 'Ticket',
      type: 'external',
      config: { type: 'external', ...external },
    });
    const { before, after } = await roundTrip(grafana, ['data-source', 'correlation']);
    expect(before.get('correlation')!.size).toBe(3);
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

  it('are all listed, beyond the hundred of one page', async () => {
    grafana = await testGrafana({ profile });
    await seed(...Array.from({ length: 230 }, (_, index) => `Link ${index}`));
    expect((await listed('correlation', await grafana.admin())).length).toBe(230);
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
    grafana.sim.setFaults({ match: '*correlations*', action: { kind: 'status', status: 404 } });
    expect(await listed('correlation', await grafana.admin())).toEqual([]);
  });
});

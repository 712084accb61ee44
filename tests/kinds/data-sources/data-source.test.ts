import { afterEach, describe, expect, it } from 'vitest';
import { reason, sentenceOf } from '../../../pkg/contract/reasons/catalogue.ts';
import { stringifyJson } from '../../../pkg/lib/json/json.ts';
import { kindOf } from '../../../pkg/grafana/kinds/registry.ts';
import { TRIED_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { bodies, restore, roundTrip, take, testGrafana, type TestGrafana } from '../harness.ts';

let grafana: TestGrafana;
afterEach(() => grafana.close());

const PROM = {
  uid: 'prom',
  name: 'Prometheus',
  type: 'prometheus',
  access: 'proxy',
  url: 'http://prom:9090',
  basicAuth: true,
  basicAuthUser: 'reader',
  isDefault: true,
  jsonData: {
    httpMethod: 'POST',
    httpHeaderName1: 'X-Scope',
    exemplarTraceIdDestinations: [{ datasourceUid: 'tempo' }],
  },
  secureJsonData: { basicAuthPassword: 'secret-1', httpHeaderValue1: 'secret-2' },
};
const TEMPO = { uid: 'tempo', name: 'Tempo', type: 'tempo', access: 'proxy', url: 'http://tempo', jsonData: {} };

async function seed(): Promise<void> {
  const { grafana: client } = await grafana.admin();
  await client.post('/api/datasources', PROM);
  await client.post('/api/datasources', TEMPO);
}

function stored(uid: string) {
  return grafana.sim.state.org(1).dataSources.get(uid)!;
}

describe.each(TRIED_PROFILES)('data sources on %s', (profile) => {
  it('come back the same but for their secrets, which are named', async () => {
    grafana = await testGrafana({ profile });
    await seed();
    const { before, after, restored } = await roundTrip(grafana, ['data-source']);
    expect(restored.get('data-source')!.losses).toEqual({
      prom: ['enter again: basicAuthPassword', 'enter again: httpHeaderValue1'],
    });
    const comparable = kindOf('data-source').comparable!;
    for (const [uid, { body }] of before.get('data-source')!) {
      const now = after.get('data-source')!.get(uid)!.body;
      expect(comparable(now, body)).toEqual(comparable(body, now));
    }
    expect(before.get('data-source')!.size).toBe(2);
    expect(stringifyJson(before.get('data-source')!.get('prom')!.body)).not.toMatch(/secret-|"id"|"version"/);
  });

  it('come back whole when the secrets are supplied', async () => {
    grafana = await testGrafana({ profile });
    await seed();
    const { before, after, restored } = await roundTrip(grafana, ['data-source'], {
      secrets: { 'data-source/prom': PROM.secureJsonData },
    });
    expect(bodies(after.get('data-source')!)).toEqual(bodies(before.get('data-source')!));
    expect(restored.get('data-source')!.losses).toEqual({});
    expect(stored('prom').secureJsonData).toEqual(PROM.secureJsonData);
  });
});

describe('data sources', () => {
  it('are updated in place, never deleted first, and keep the secrets the backup lacks (peers 8)', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const taken = await take('data-source', await grafana.admin());
    stored('prom').database = 'wrong';
    const id = stored('prom').id;
    grafana.sim.clearRequests();
    const restored = await restore('data-source', await grafana.admin(), taken);
    expect(restored).toEqual({ written: ['prom'], losses: {}, blocked: {} });
    expect(grafana.sim.writes().map(({ method }) => method)).toEqual(['PUT']);
    expect(stored('prom')).toMatchObject({ id, database: '', secureJsonData: PROM.secureJsonData });
  });

  it('lose what is stored for another address, unless that is to be kept', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const taken = await take('data-source', await grafana.admin());
    for (const jsonData of [{ ...PROM.jsonData, oauth2: { tokenUrl: 'http://wrong' } }, PROM.jsonData]) {
      stored('prom').url = jsonData === PROM.jsonData ? 'http://wrong' : PROM.url;
      stored('prom').jsonData = jsonData;
      const kept = await restore('data-source', await grafana.admin({ keepSecrets: true }), taken);
      expect(kept.losses).toEqual({});
      expect(stored('prom').secureJsonData).toEqual(PROM.secureJsonData);
      stored('prom').jsonData = jsonData;
      stored('prom').url = jsonData === PROM.jsonData ? 'http://wrong' : PROM.url;
      const { losses } = await restore('data-source', await grafana.admin(), taken);
      const removed = ['basicAuthPassword', 'httpHeaderValue1'].map((field) => reason('secret-removed', { field }));
      expect(losses).toEqual({ prom: removed.map(sentenceOf) });
      expect(stored('prom').secureJsonData).toEqual({ basicAuthPassword: '', httpHeaderValue1: '' });
      stored('prom').secureJsonData = { ...PROM.secureJsonData };
    }
  });

  it('sends only the secrets that were supplied', async () => {
    grafana = await testGrafana({ profile: '12.4' });
    await seed();
    const taken = await take('data-source', await grafana.admin());
    stored('prom').database = 'wrong';
    await restore(
      'data-source',
      await grafana.admin({ secrets: { 'data-source/prom': { httpHeaderValue1: 'new' } } }),
      taken,
    );
    expect(stored('prom').secureJsonData).toEqual({ basicAuthPassword: 'secret-1', httpHeaderValue1: 'new' });
  });

  it('refuses to lose a change that somebody else makes meanwhile', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const taken = await take('data-source', await grafana.admin());
    stored('prom').url = 'http://wrong';
    grafana.sim.setFaults({
      match: /PUT \/api\/datasources\/uid\/prom/,
      action: { kind: 'before', run: () => void (stored('prom').version += 1) },
    });
    await expect(restore('data-source', await grafana.admin(), taken)).rejects.toMatchObject({
      code: 'DK_GRAFANA_CONFLICT',
    });
    expect(stored('prom').url).toBe('http://wrong');
  });

  it('leaves provisioned ones alone, in the snapshot and at the target', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    stored('tempo').readOnly = true;
    const taken = await take('data-source', await grafana.admin());
    expect(taken.get('tempo')!.managedBy).toEqual({ manager: 'file' });
    grafana.sim.wipe();
    const skipped = await restore('data-source', await grafana.admin(), taken);
    expect(Object.keys(skipped.blocked)).toEqual(['tempo']);
    const written = await restore('data-source', await grafana.admin({ includeManaged: true }), taken);
    expect(written.written).toEqual(['tempo']);
    Object.assign(stored('tempo'), { readOnly: true, url: 'http://changed' });
    grafana.sim.clearRequests();
    const refused = await restore('data-source', await grafana.admin({ includeManaged: true }), taken);
    expect(refused.blocked['tempo']).toMatch(/provisioned from a file here/);
    expect(grafana.sim.writes()).toEqual([]);
  });

  it('proposes another uid where 12 and later refuse the one it has', async () => {
    grafana = await testGrafana({ profile: '11.6' });
    const { grafana: client } = await grafana.admin();
    await client.post('/api/datasources', { ...TEMPO, uid: 'Tempo (eu/1)' });
    const taken = await take('data-source', await grafana.admin());
    await grafana.close();
    grafana = await testGrafana({ profile: '13.2' });
    const context = await grafana.admin();
    const content = taken.get('Tempo (eu/1)')!;
    const forecast = await kindOf('data-source').forecast!(context, { uid: 'Tempo (eu/1)', content });
    expect(forecast.blocked).toMatchObject({ code: 'uid-refused', params: { uid: 'Tempo (eu/1)' } });
    expect(forecast.proposedUid).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
    const uid = forecast.proposedUid!;
    expect((await kindOf('data-source').forecast!(context, { uid, content })).blocked).toBeUndefined();
    await kindOf('data-source').write!(context, { uid, content });
    expect(stored(uid).name).toBe('Tempo');
  });

  it('proposes the one of the same name and type in another Grafana', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const taken = await take('data-source', await grafana.admin());
    grafana.sim.wipe();
    const { grafana: client } = await grafana.admin();
    await client.post('/api/datasources', { ...TEMPO, uid: 'elsewhere' });
    const content = taken.get('tempo')!;
    const forecast = await kindOf('data-source').forecast!(await grafana.admin(), { uid: 'tempo', content });
    expect(forecast).toMatchObject({ proposedUid: 'elsewhere' });
    expect(forecast.blocked).toMatchObject({ code: 'data-source-twin', params: { uid: 'elsewhere' } });
  });

  it('says what becomes of the default', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const taken = await take('data-source', await grafana.admin());
    const { grafana: client } = await grafana.admin();
    await client.put('/api/datasources/uid/tempo', { ...TEMPO, isDefault: true });
    const restored = await restore('data-source', await grafana.admin(), taken);
    expect(restored.losses['prom']).toEqual(['replaces Tempo as the default']);
    expect(restored.losses['tempo']).toBeUndefined();
    expect(stored('prom').isDefault).toBe(true);
  });

  it('are restored without a default, if there was none, although Grafana makes the first one it', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const taken = await take('data-source', await grafana.admin());
    const { grafana: client } = await grafana.admin();
    for (const { uid } of grafana.sim.state.org(1).dataSources.values()) {
      await client.delete(`/api/datasources/uid/${uid}`);
    }
    await restore('data-source', await grafana.admin(), new Map([['tempo', taken.get('tempo')!]]));
    expect(stored('tempo').isDefault).toBe(false);
  });

  it('follow a renaming in what they point at', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const prom = (await take('data-source', await grafana.admin())).get('prom')!;
    const renamed = kindOf('data-source').rename!(prom, ({ uid }) => `new-${uid}`);
    expect(stringifyJson(renamed.body)).toContain('"datasourceUid":"new-tempo"');
  });

  it('that vanish between listing and reading are no error', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    grafana.sim.setFaults({
      match: /GET \/api\/datasources\/uid\/tempo/,
      action: { kind: 'before', run: () => void grafana.sim.state.org(1).dataSources.delete('tempo') },
    });
    expect([...(await take('data-source', await grafana.admin())).keys()]).toEqual(['prom']);
  });

  it('without the right to read them is an error that names it (peers 2)', async () => {
    grafana = await testGrafana({ profile: '13.2' });
    await seed();
    const context = await grafana.account({ without: ['datasources:read'] });
    await expect(take('data-source', context)).rejects.toMatchObject({
      code: 'DK_GRAFANA_FORBIDDEN',
      message: expect.stringContaining('datasources:read'),
    });
  });
});

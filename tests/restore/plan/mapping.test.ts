import { afterEach, describe, expect, it } from 'vitest';
import { parseSecrets } from '../../../pkg/engine/restore/apply/secrets.ts';
import type { ProfileName } from '../../support/grafana/profiles/profiles.ts';
import { ENGINE_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { named, reasons, type RestoreBench } from '../harness.ts';
import { seededBenches } from '../seed.ts';

let bench: RestoreBench;
let opened: RestoreBench | undefined;
afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

const seeded = seededBenches();

async function openSeeded(profile: ProfileName): Promise<void> {
  opened = bench = await seeded(profile);
}

const PROM = { name: 'Prometheus', type: 'prometheus', access: 'proxy', url: 'http://other:9090' };

/** A snapshot of one Grafana, and the same Grafana emptied: as another instance that shares nothing. */
async function elsewhere(profile: ProfileName, sources: object[]): Promise<void> {
  await openSeeded(profile);
  bench.sim.wipe();
  for (const source of sources) {
    await bench.api('POST /api/datasources', source);
  }
}

function textOf(dashboard: string): string {
  return bench.sim.state.org(1).dashboards.get(dashboard)!.body.text();
}

describe.each(ENGINE_PROFILES)('data sources of another instance (theme T6), Grafana %s', (profile) => {
  it('are found by name and type when the uid is another one, everywhere they are used', async () => {
    await elsewhere(profile, [{ ...PROM, uid: 'p-new' }]);
    const { plan, results } = await bench.apply();
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect(reasons(plan, 'skip')['data-source/prom']).toBe(
      'data source p-new with the same name and type is used instead',
    );
    expect(plan.dataSources).toEqual([
      {
        from: { uid: 'prom', name: 'Prometheus', type: 'prometheus' },
        to: { uid: 'p-new', name: 'Prometheus', type: 'prometheus' },
        by: 'name',
      },
    ]);
    expect(textOf('board')).toContain('"p-new"');
    expect(textOf('board')).not.toContain('"prom"');
    const rule = bench.sim.state.org(1).alerting.rules.get('infra-down')!;
    expect(JSON.stringify(rule.fields['data'])).not.toContain('"prom"');
    expect(bench.sim.state.org(1).dataSources.size).toBe(1);
    expect(named(await bench.plan(), 'create', 'update', 'blocked')).toEqual([]);
  });

  it('are taken as chosen, before anything that fits by itself', async () => {
    await elsewhere(profile, [
      { ...PROM, uid: 'p-new' },
      { ...PROM, uid: 'chosen', name: 'Thanos' },
    ]);
    const { plan, results } = await bench.apply({ options: { dataSources: new Map([['prom', 'chosen']]) } });
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect(plan.dataSources).toMatchObject([{ to: { uid: 'chosen' }, by: 'choice' }]);
    expect(textOf('board')).toContain('"chosen"');
  });

  it('are restored with everything else where nothing fits', async () => {
    await elsewhere(profile, [{ ...PROM, uid: 'loki', name: 'Loki', type: 'loki' }]);
    const plan = await bench.plan();
    expect(named(plan, 'create')).toContain('data-source/prom');
    expect(plan.dataSources).toMatchObject([{ from: { uid: 'prom', type: 'prometheus' }, by: 'restored' }]);
  });

  it('that were missing when the snapshot was made are no loss of the restore', async () => {
    await openSeeded(profile);
    const panels = [{ id: 1, type: 'timeseries', title: 'Old', datasource: { type: 'prometheus', uid: 'long-gone' } }];
    await bench.api('POST /api/dashboards/db', { dashboard: { uid: 'old', title: 'Old', panels, schemaVersion: 41 } });
    await bench.backup();
    await bench.api('DELETE /api/dashboards/uid/old');
    const plan = await bench.plan({ selection: { only: [{ kind: 'dashboard', uid: 'old' }] } });
    const from = { uid: 'long-gone', name: '', type: '' };
    expect(plan.dataSources).toEqual([{ from, by: 'none', alreadyMissing: true }]);
    expect(plan.items.map(({ kind, action, losses }) => [kind, action, losses])).toEqual([
      ['dashboard', 'create', []],
      ['dashboard-permissions', 'create', []],
    ]);
  });

  it('that are neither there nor part of the restore are offered', async () => {
    await elsewhere(profile, []);
    const plan = await bench.plan({ selection: { only: [{ kind: 'dashboard', uid: 'root' }] } });
    expect(plan.dataSources).toMatchObject([{ from: { uid: 'prom', name: 'Prometheus' }, by: 'none' }]);
    expect(plan.missing).toEqual([{ org: 1, kind: 'data-source', uid: 'prom', title: 'Prometheus', inSnapshot: true }]);
    expect(plan.items[0]!.losses.join()).toContain('add it with --also data-source/prom');
  });
});

describe('a chosen data source', () => {
  it('that does not exist is refused before anything is planned', async () => {
    await elsewhere('13.2', []);
    const wanted = { options: { dataSources: new Map([['prom', 'nowhere']]) } };
    await expect(bench.plan(wanted)).rejects.toThrow("no data source 'nowhere' here");
  });
});

describe.each(ENGINE_PROFILES)('another org of Grafana %s', (profile) => {
  it('takes what an org of the snapshot held', async () => {
    await openSeeded(profile);
    const org = Number((await bench.api('POST /api/orgs', { name: 'Second' })).body.orgId);
    bench.sim.clearRequests();
    const { plan, results } = await bench.apply({
      selection: {
        kinds: ['data-source', 'folder', 'library-panel', 'dashboard', 'contact-point', 'alert-rule-group'],
      },
      options: { orgs: new Map([[1, org]]) },
    });
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect(new Set(plan.items.map(({ targetOrg }) => targetOrg))).toEqual(new Set([org]));
    expect(bench.sim.writes().every((request) => request.org === org)).toBe(true);
    const [first, second] = [bench.sim.state.org(1), bench.sim.state.org(org)];
    expect([...second.dashboards.keys()].sort()).toEqual([...first.dashboards.keys()].sort());
    expect([...second.alerting.rules.keys()].sort()).toEqual([...first.alerting.rules.keys()].sort());
    expect(second.folders.get('hosts')!.parentUid).toBe('infra');
  });

  it('is named when it is not there', async () => {
    await openSeeded(profile);
    const plan = await bench.plan({ selection: { kinds: ['folder'] }, options: { orgs: new Map([[1, 7]]) } });
    const [why, ...others] = new Set(Object.values(reasons(plan, 'blocked')));
    expect(why).toContain('Grafana has no organization 7');
    expect(others).toEqual([]);
  });
});

describe('secrets for a restore', () => {
  it('come from a file, by kind, uid and field, or from the environment that it names', async () => {
    await elsewhere('13.2', []);
    const text = 'data-source:\n  prom: { basicAuthPassword: { env: PROM_PASSWORD } }\n';
    const secrets = parseSecrets(text, { PROM_PASSWORD: 'given' });
    const { plan } = await bench.apply({ options: { secrets } });
    expect(plan.items.find(({ kind }) => kind === 'data-source')!.losses).toEqual([]);
    expect(JSON.stringify([...bench.sim.state.org(1).dataSources.values()])).toContain('given');
  });

  it('are written also where all else is as in the snapshot', async () => {
    await openSeeded('13.2');
    const secrets = parseSecrets('data-source: { prom: { basicAuthPassword: changed } }', {});
    const { plan, results } = await bench.apply({ options: { secrets } });
    expect(named(plan, 'update')).toEqual(['data-source/prom']);
    expect(reasons(plan, 'update')).toEqual({ 'data-source/prom': 'secrets supplied' });
    expect(results).toMatchObject([{ uid: 'prom', outcome: 'verified' }]);
    expect(JSON.stringify([...bench.sim.state.org(1).dataSources.values()])).toContain('changed');
  });

  it('do not overwrite what differs unless that is asked for', async () => {
    await openSeeded('13.2');
    const { version: _, ...live } = (await bench.api('GET /api/datasources/uid/prom')).body;
    await bench.api('PUT /api/datasources/uid/prom', { ...live, url: 'http://moved:9090' });
    const secrets = parseSecrets('data-source: { prom: { basicAuthPassword: changed } }', {});
    expect(reasons(await bench.plan({ options: { secrets } }), 'skip')).toMatchObject({
      'data-source/prom': 'exists and differs; --overwrite replaces it',
    });
  });

  it('that need a variable which is not set advise to set it', () => {
    const text = 'data-source: { prom: { password: { env: NOT_SET } } }';
    expect(() => parseSecrets(text, {})).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('environment variable NOT_SET') }) as Error,
    );
  });

  it.each([
    ['- a', 'must be a mapping'],
    ['dashboards: {}', "'dashboards' is not a kind"],
    ['data-source: { prom: [hush] }', 'data-source/prom must be a mapping'],
    ['data-source: { prom: { password: [hush] } }', 'data-source/prom.password must be text'],
    ['data-source: { prom: { password: { env: NOT_SET } } }', 'NOT_SET is not set'],
    ['data-source: { hush: "', 'is not YAML'],
  ])('that cannot be used are refused without showing one: %s', (text, why) => {
    let message = '';
    try {
      parseSecrets(text, {});
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain(why);
    expect(message).not.toContain('hush');
  });
});

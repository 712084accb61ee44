import { describe, expect, it } from 'vitest';
import { verify } from '../../../pkg/repository/verify/verify.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { removeDashboard } from '../../support/grafana/dashboards.ts';
import { ENGINE_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { type Bench, DASHBOARDS, identities, start } from '../harness.ts';
import { edit } from './edits.ts';
import { depth } from '../../support/budget.ts';

describe.each(ENGINE_PROFILES)('backup of Grafana %s', (profile) => {
  it.runIf(depth() === 'all')('has thousands of dashboards and folders to the last one', async () => {
    const { grafana, backup } = await start({ profile });
    const { folders } = grafana.seedDashboards({ count: 6_000, folders: 1_500, bytes: 600 });

    const manifest = await backup({ kinds: DASHBOARDS });

    expect(manifest.status).toBe('complete');
    const uids = (kind: string): Set<string> =>
      new Set(manifest.resources.filter((entry) => entry.kind === kind).map(({ uid }) => uid));
    expect(uids('folder')).toEqual(new Set(folders));
    expect(uids('dashboard')).toEqual(new Set(live(grafana)));
  });

  it('keeps dashboards apart that share title, slug and folder', async () => {
    const { grafana, backup } = await start({ profile });
    grafana.seedDashboards({ count: 80, folders: 2, bytes: 600 });
    const dashboards = live(grafana);

    const manifest = await backup({ kinds: DASHBOARDS });

    const stored = manifest.resources.filter(({ kind }) => kind === 'dashboard');
    expect(stored).toHaveLength(dashboards.length);
    const slug = (title: string): string => title.toLowerCase().replace(/[^a-z0-9]+/g, '-');
    expect(new Set(stored.map(({ title }) => slug(title))).size).toBeLessThan(stored.length);
  });

  it('stores no object when nothing changed', async () => {
    const { grafana, backup } = await start({ profile });
    grafana.seedDashboards({ count: 60, folders: 10, bytes: 900 });
    const first = await backup();

    const second = await backup();

    expect(identities(second)).toEqual(identities(first));
    expect(Object.values(second.kinds).reduce((sum, report) => sum + report.stored, 0)).toBe(0);
  });

  it('is partial and says so when a listing fails', async () => {
    const { grafana, backup } = await start({ profile });
    grafana.seedDashboards({ count: 30, folders: 4, bytes: 600 });
    const list = /GET \/(api\/search|apis\/dashboard\.grafana\.app\/[^/]+\/namespaces\/default\/dashboards)\?/;
    grafana.setFaults({
      match: list,
      action: { kind: 'status', status: 500, body: { message: 'database is locked' } },
    });

    const manifest = await backup({ kinds: DASHBOARDS });

    expect(manifest.status).toBe('partial');
    expect(manifest.errors).toEqual([
      expect.objectContaining({ kind: 'dashboard', uid: '', reason: expect.stringContaining('database is locked') }),
    ]);
    expect(manifest.kinds.dashboard?.reason).toContain('database is locked');
  });

  it('names each dashboard that cannot be read and keeps the others', async () => {
    const { grafana, backup } = await start({ profile });
    grafana.seedDashboards({ count: 40, folders: 4, bytes: 600, v2Share: 0 });
    const dashboards = live(grafana);
    const [bad] = dashboards;
    await backup({ kinds: DASHBOARDS });
    await edit(grafana.url, bad ?? '');
    grafana.setFaults({
      match: new RegExp(`GET /.*dashboards/(uid/)?${bad}(\\?|$)`),
      action: { kind: 'status', status: 403, body: { message: 'access denied' } },
    });

    const manifest = await backup({ kinds: DASHBOARDS });

    expect(manifest.status).toBe('partial');
    expect(manifest.errors.map(({ kind, uid }) => `${kind}/${uid}`)).toEqual([`dashboard/${bad}`]);
    expect(manifest.errors[0]?.reason).toContain('access denied');
    expect(manifest.resources.filter(({ kind }) => kind === 'dashboard')).toHaveLength(dashboards.length - 1);
  });

  it('keeps coming while Grafana says when to come again', async () => {
    const { grafana, backup, instance } = await start({ profile });
    grafana.seedDashboards({ count: 20, folders: 2, bytes: 600 });
    const dashboards = live(grafana);
    const connected = await instance({ clock: fastClock() });
    grafana.setFaults({
      match: 'GET /api*',
      skip: 6,
      times: 10,
      action: { kind: 'status', status: 429, retryAfter: 1 },
    });

    const manifest = await backup({ kinds: DASHBOARDS, instance: connected });

    expect(manifest.errors).toEqual([]);
    expect(manifest.kinds.dashboard?.stored).toBe(dashboards.length);
  });

  it('hardly ever asks a server again that said when to come', async () => {
    const { grafana, backup } = await start({ profile });
    grafana.seedDashboards({ count: 120, folders: 4, bytes: 600, v2Share: 0.5 });
    const dashboards = live(grafana);
    grafana.setLoad({ rateLimit: 30, latencyMs: 5 });

    const manifest = await backup({ kinds: DASHBOARDS });

    expect(manifest.kinds.dashboard?.stored).toBe(dashboards.length);
    const refused = grafana.requests.filter(({ status }) => status === 429).length;
    expect(refused).toBeLessThan(30);
  });

  it('gets over 429 with Retry-After, cut connections, truncated JSON and passing 5xx', async () => {
    const { grafana, backup, instance } = await start({ profile });
    grafana.seedDashboards({ count: 50, folders: 6, bytes: 900 });
    const dashboards = live(grafana);
    const connected = await instance({ clock: fastClock() });
    grafana.setFaults(
      { match: 'GET /api*', skip: 6, times: 3, action: { kind: 'status', status: 429, retryAfter: 1 } },
      { match: 'GET /api*', skip: 8, times: 2, action: { kind: 'cut' } },
      { match: 'GET /api*', skip: 9, times: 2, action: { kind: 'truncate' } },
      { match: 'GET /api*', skip: 10, times: 3, action: { kind: 'status', status: 503 } },
    );

    const manifest = await backup({ kinds: DASHBOARDS, instance: connected });

    expect(manifest.errors).toEqual([]);
    expect(manifest.kinds.dashboard?.stored).toBe(dashboards.length);
  });

  it('does not wait for ever for a server that hangs', async () => {
    const { grafana, backup, instance } = await start({ profile });
    grafana.seedDashboards({ count: 10, folders: 2, bytes: 600 });
    const dashboards = live(grafana);
    const impatient = await instance({ timeout: 300 });
    // Health checks are not slowed: their timeout is a few seconds.
    grafana.setFaults({ match: /^GET \/apis?\/(?!health)/, times: 2, action: { kind: 'hang' } });

    const manifest = await backup({ kinds: DASHBOARDS, instance: impatient });

    expect(manifest.kinds.dashboard?.stored).toBe(dashboards.length);
  });

  it('names everything it could not read when the token ends half-way', async () => {
    const { grafana, backup, instance } = await start({ profile });
    grafana.seedDashboards({ count: 120, folders: 4, bytes: 600, v2Share: 0.5 });
    const dashboards = live(grafana);
    const token = grafana.token({ ttlSeconds: 3600 });
    const connected = await instance({ token });
    let requests = 0;
    grafana.setFaults({
      match: /GET .*dashboards/,
      action: {
        kind: 'before',
        run: () => {
          requests++;
          if (requests === 6) {
            grafana.advance(3_700_000);
          }
        },
      },
    });

    const manifest = await backup({ kinds: DASHBOARDS, instance: connected });

    const kept = manifest.kinds.dashboard;
    const whole = manifest.errors.filter(({ kind, uid }) => kind === 'dashboard' && uid === '');
    expect(manifest.status).toBe('partial');
    expect(whole.length + (kept?.failed ?? 0)).toBeGreaterThan(0);
    expect((kept?.stored ?? 0) + (kept?.failed ?? 0) + (kept?.reused ?? 0)).toBe(kept?.listed);
    if (whole.length === 0) {
      expect(kept?.listed).toBe(dashboards.length);
    }
  });

  it('takes a dashboard that is deleted meanwhile for gone, not for failed', async () => {
    const { grafana, backup } = await start({ profile });
    grafana.seedDashboards({ count: 20, folders: 2, bytes: 600, v2Share: 0 });
    const dashboards = live(grafana);
    const [doomed = ''] = dashboards;
    await backup({ kinds: DASHBOARDS });
    await edit(grafana.url, doomed);
    grafana.setFaults({
      match: new RegExp(`GET /.*dashboards/(uid/)?${doomed}(\\?|$)`),
      times: 1,
      action: { kind: 'before', run: () => removeDashboard(grafana.state, grafana.state.org(1), doomed, 'user:1') },
    });

    const manifest = await backup({ kinds: DASHBOARDS });

    expect(manifest.status).toBe('complete');
    expect(manifest.skipped).toEqual([expect.objectContaining({ kind: 'dashboard', uid: doomed })]);
  });

  it('writes plain copies as the classic script did, and only changed ones again', async () => {
    const { grafana, backup, store } = await start({ profile });
    grafana.seedDashboards({ count: 12, folders: 2, bytes: 900, v2Share: 0 });
    const dashboards = live(grafana);
    await backup({ kinds: DASHBOARDS, plainCopies: true });
    const keys = async (): Promise<Map<string, number>> => {
      const found = new Map<string, number>();
      for await (const { key, lastModified } of store.list('grafana-backups/')) {
        found.set(key, lastModified.getTime());
      }
      return found;
    };
    const before = await keys();
    expect([...before.keys()].sort()).toEqual(dashboards.map((uid) => `grafana-backups/dashboard-${uid}.json`).sort());
    const [one = ''] = dashboards;
    const copy = JSON.parse((await store.get(`grafana-backups/dashboard-${one}.json`)).toString('utf8'));
    expect(copy.dashboard.uid).toBe(one);
    expect(copy.meta).toBeTypeOf('object');
    await edit(grafana.url, one);
    await new Promise((resolve) => setTimeout(resolve, 5));

    await backup({ kinds: DASHBOARDS, plainCopies: true });

    const after = await keys();
    const rewritten = [...after].filter(([key, time]) => time !== before.get(key)).map(([key]) => key);
    expect(rewritten).toEqual([`grafana-backups/dashboard-${one}.json`]);
  });

  it('accounts for every dashboard when a quarter of all answers fail', async () => {
    const { grafana, backup, instance, repository } = await start({ profile, seed: 7 });
    grafana.seedDashboards({ count: 150, folders: 20, bytes: 600 });
    const connected = await instance();
    grafana.setFaults({ match: 'GET /api*', probability: 0.25, action: { kind: 'status', status: 500 } });

    const manifest = await backup({ kinds: DASHBOARDS, instance: connected });

    expect(manifest.status).toBe(manifest.errors.length === 0 ? 'complete' : 'partial');
    const named = [...manifest.resources, ...manifest.errors].filter(({ kind }) => kind === 'dashboard');
    if (!named.some(({ uid }) => uid === '')) {
      expect(named.map(({ uid }) => uid).sort()).toEqual(live(grafana).sort());
    }
    expect((await verify(repository, { readData: true })).problems).toEqual([]);
  });
});

function live(grafana: Bench['grafana']): string[] {
  return [...grafana.state.org(1).dashboards.keys()];
}

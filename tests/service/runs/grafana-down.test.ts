import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { fastClock } from '../../support/fast-clock.ts';
import { eventually } from '../../support/ports.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

describe('a run that starts while Grafana is down', () => {
  let grafana: Simulator;
  let service: TestService;

  afterEach(async () => {
    await service.stop();
    await grafana.close();
    await removeDirectory(service.directory);
  });

  beforeEach(async () => {
    grafana = await startGrafana({ profile: '12.4' });
    grafana.seedDashboards({ count: 2, folders: 1 });
    const items = [{ type: 'dashboard_by_tag', value: 'ops' }];
    await call(grafana, 'admin:admin', 'POST /api/playlists', { name: 'Wall', interval: '5m', items });
    // A second in a test is more than a minute and a half.
    service = await startService({ grafanaUrl: grafana.url, clock: fastClock() });
    await eventually('the token', async () => (await service.call('GET', '/status')).json.token.state === 'valid');
  });

  const begin = async (): Promise<string> => (await service.call('POST', '/runs', { kind: 'backup' })).json.id;
  const untilItWaits = (id: string): Promise<unknown> =>
    eventually('the waiting', async () => {
      const { json } = await service.call('GET', `/runs/${id}`);
      expect(json).not.toHaveProperty('finished');
      return json.progress?.phase === 'waiting for Grafana';
    });
  const snapshots = async (): Promise<unknown[]> => (await service.call('GET', '/snapshots')).json.items;

  it('waits for it, its progress says so, and it is complete then', async () => {
    grafana.setFaults({ match: /./, action: { kind: 'cut' } });
    const id = await begin();
    await untilItWaits(id);
    grafana.setFaults();
    expect(await service.ended(id)).toMatchObject({ status: 'complete' });
    expect(await snapshots()).toHaveLength(1);
  });

  it('reads as the server admin, too, if Grafana goes down just before that', async () => {
    const cut = () => grafana.setFaults({ match: /./, action: { kind: 'cut' } });
    grafana.setFaults({ match: /GET \/api\/user$/, action: { kind: 'before', run: cut } });
    const id = await begin();
    await untilItWaits(id);
    grafana.setFaults();
    const { snapshot } = await service.ended(id);
    const { kinds } = (await service.call('GET', `/snapshots/${String(snapshot)}`)).json;
    expect(kinds.user).not.toHaveProperty('code');
  });

  it('fails with the reason when Grafana stays away, and publishes nothing', async () => {
    grafana.setFaults({ match: /./, action: { kind: 'cut' } });
    const { status, failure } = await service.ended(await begin());
    expect(status).toBe('failed');
    expect(failure).toMatchObject({
      code: 'DK_GRAFANA_UNREACHABLE',
      message: expect.stringMatching(/Grafana did not respond for 3\d\d seconds/),
      hint: expect.stringContaining('Check that Grafana is running.'),
    });
    expect(await snapshots()).toEqual([]);
  });

  it('is a restore, too', async () => {
    const { snapshot } = await service.ended(await begin());
    const [uid] = grafana.state.org(1).playlists.keys();
    grafana.state.org(1).playlists.delete(uid!);
    const selection = { type: 'kinds', kinds: ['playlist'] };
    const plan = (await service.call('POST', '/restores', { snapshot, selection })).json;
    grafana.setFaults({ match: /./, action: { kind: 'cut' } });
    const { id } = (await service.call('POST', `/restores/${plan.id}/apply`, {})).json;
    await untilItWaits(id);
    grafana.setFaults();
    expect(await service.ended(id)).toMatchObject({ status: 'complete' });
    expect(grafana.state.org(1).playlists.has(uid!)).toBe(true);
  });
});

describe('the status of a service whose Grafana is back', () => {
  it('says so some seconds later', async () => {
    const grafana = await startGrafana({ profile: '12.4' });
    const clock = fastClock(1);
    const service = await startService({ grafanaUrl: grafana.url, clock });
    const isReachable = async (): Promise<boolean> =>
      (await service.call('GET', '/status')).json.grafana.reachable === true;
    try {
      await eventually('Grafana', isReachable);
      grafana.setFaults({ match: /./, action: { kind: 'cut' } });
      clock.travel(31_000);
      await eventually('no Grafana', async () => !(await isReachable()));
      grafana.setFaults();
      const back = clock.monotonic();
      clock.travel(6_000);
      await eventually('Grafana again', isReachable);
      // A Grafana that is there is asked each half minute.
      expect(clock.monotonic() - back).toBeLessThan(25_000);
    } finally {
      await service.stop();
      await grafana.close();
      await removeDirectory(service.directory);
    }
  });
});

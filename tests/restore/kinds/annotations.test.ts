import { afterEach, describe, expect, it } from 'vitest';
import { TRIED_PROFILES } from '../../support/grafana/profiles/tried.ts';
import { RestoreBench } from '../harness.ts';
import { board } from '../seed.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

describe.each(TRIED_PROFILES)('annotations of Grafana %s', (profile) => {
  it('are skipped, as dashboard snapshots are, if Grafana refuses their dashboard', async () => {
    bench = await RestoreBench.start({ profile });
    await bench.api('POST /api/dashboards/db', { dashboard: board('noted', 'Noted', 'prom') });
    const time = bench.sim.state.now();
    for (const text of ['first', 'second']) {
      await bench.api('POST /api/annotations', { dashboardUID: 'noted', panelId: 1, time, text });
    }
    await bench.api('POST /api/annotations', { time, text: 'of the organization' });
    await bench.api('POST /api/snapshots', { name: 'Monday', dashboard: board('noted', 'Noted', 'prom') });
    const manifest = await bench.backup();
    bench.sim.burn();
    bench.sim.setFaults({ match: /^POST .*\/dashboards(\/db)?(\?|$)/, action: { kind: 'status', status: 400 } });
    bench.sim.clearRequests();
    const { results } = await bench.applyRecorded({ manifest });
    expect(results.filter(({ kind }) => kind === 'dashboard-snapshot')).toMatchObject([
      { outcome: 'skipped', reason: 'its dashboard could not be restored' },
    ]);
    const outcomes = results
      .filter(({ kind }) => kind === 'annotation')
      .map(({ outcome, reason }) => [outcome, reason]);
    expect(outcomes.sort()).toEqual([
      ['skipped', 'its dashboard could not be restored'],
      ['skipped', 'its dashboard could not be restored'],
      ['verified', ''],
    ]);
    expect(bench.sim.writes().filter(({ path }) => path.startsWith('/api/annotations'))).toHaveLength(1);
  });
});

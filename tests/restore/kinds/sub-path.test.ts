import { afterEach, expect, it } from 'vitest';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { GrafanaClient } from '../../../pkg/grafana/http/client.ts';
import { basicCredentials } from '../../../pkg/grafana/http/credentials.ts';
import { connect } from '../../../pkg/grafana/instance.ts';
import { SeededRandomness } from '../../support/repository/repository.ts';
import { reasons, RestoreBench } from '../harness.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const RULE = {
  title: 'Rule',
  folderUID: 'f',
  ruleGroup: 'g/1',
  orgID: 1,
  condition: 'A',
  for: '60s',
  noDataState: 'NoData',
  execErrState: 'Error',
  data: [{ refId: 'A', datasourceUid: '__expr__', relativeTimeRange: { from: 600, to: 0 }, model: { type: 'math' } }],
};

it.each(['', '/grafana'])(
  'names with a slash are backed up and restored, or the way is named: at %o',
  async (subPath) => {
    bench = await RestoreBench.start({ profile: '12.4', subPath });
    const seed = async (): Promise<void> => {
      await bench.api('POST /api/orgs', { name: 'Or/g' });
      await bench.api('POST /api/folders', { uid: 'f', title: 'Folder' });
      const timing = { name: 'm/1', time_intervals: [{ years: ['2030'] }] };
      await bench.api('POST /api/v1/provisioning/mute-timings', timing);
      await bench.api('POST /api/v1/provisioning/alert-rules', RULE);
    };
    await seed();
    const manifest = await bench.backup();
    const problem = {
      kind: 'alert-rule-group',
      uid: 'f/g/1',
      code: 'slash-under-sub-path',
      reason: expect.stringContaining('set GRAFANA_URL to Grafana’s own address without the sub-path'),
    };
    expect(manifest.errors).toMatchObject(subPath === '' ? [] : [problem]);
    expect(manifest.resources.map(({ kind, uid }) => `${kind} ${uid}`)).toEqual(
      expect.arrayContaining(['org Or/g', 'mute-timing m/1']),
    );
    bench.sim.burn();
    const { results } = await bench.apply({ manifest, selection: { kinds: ['org', 'mute-timing'] } });
    expect(results.filter(({ outcome }) => outcome !== 'verified')).toEqual([]);
    expect(results.map(({ kind, uid }) => `${kind} ${uid}`)).toEqual(
      expect.arrayContaining(['org Or/g', 'mute-timing m/1']),
    );
  },
);

it('a rule group with a slash, of a snapshot from the root, holds up nothing else under a sub-path', async () => {
  bench = await RestoreBench.start({ profile: '12.4', subPath: '/grafana' });
  await bench.api('POST /api/folders', { uid: 'f', title: 'Folder' });
  await bench.api('POST /api/v1/provisioning/alert-rules', RULE);
  await bench.api('POST /api/v1/provisioning/alert-rules', { ...RULE, title: 'Other', ruleGroup: 'g' });
  const admin = async (): Promise<string> => 'admin';
  const client = GrafanaClient.open({
    url: new URL(bench.sim.url).origin,
    credentials: basicCredentials(admin, admin),
    clock: bench.clock,
    randomness: new SeededRandomness(),
    log: silentLog,
  });
  const below = bench.instance;
  bench.instance = () => connect({ client, orgs: 'all' });
  const manifest = await bench.backup();
  await client.close();
  bench.instance = below;
  bench.sim.wipe();
  const { plan, results } = await bench.apply({ manifest });
  expect(reasons(plan, 'blocked')).toEqual({ 'alert-rule-group/f/g/1': expect.stringContaining('set GRAFANA_URL to') });
  expect(results.map(({ kind, uid, outcome }) => `${kind} ${uid} ${outcome}`)).toContain(
    'alert-rule-group f/g verified',
  );
});

import { afterEach, expect, it } from 'vitest';
import { RestoreBench } from '../harness.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

it('a link that Grafana keeps of a deleted organization is the reason why its dashboard is not shared again', async () => {
  bench = await RestoreBench.start({ profile: '12.4' });
  const link = { uid: 'link', accessToken: '0123456789abcdef0123456789abcdef', isEnabled: true };
  const share = async (org: number): Promise<void> => {
    await bench.api('POST /api/dashboards/db', { dashboard: { uid: 'shown', title: 'Shown' } }, org);
    await bench.api('POST /api/dashboards/uid/shown/public-dashboards', link, org);
  };
  await share(1);
  const manifest = await bench.backup();
  bench.sim.wipe();
  const other = Number((await bench.api('POST /api/orgs', { name: 'Other' })).body.orgId);
  await share(other);
  await bench.api(`DELETE /api/orgs/${other}`);
  const { results } = await bench.apply({ manifest });
  const [failed] = results.filter(({ outcome }) => outcome === 'failed');
  expect(failed).toMatchObject({ kind: 'public-dashboard', uid: 'shown', code: 'link-taken' });
  expect(bench.sim.state.org(1).dashboards.has('shown')).toBe(true);
});

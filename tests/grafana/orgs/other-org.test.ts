import { describe, expect, it } from 'vitest';
import type { Fault } from '../../support/grafana/http/faults.ts';
import { everything, bench as burnedBench, burned } from '../../restore/burned.ts';
import { start } from '../../engine/harness.ts';
import { ScratchOrg } from '../../../pkg/engine/drill/scratch-org.ts';

/** What a proxy does that drops the header with the organization, or answers from its cache. */
const MAIN: Fault = {
  match: 'GET /api/org',
  action: { kind: 'status', status: 200, body: { id: 1, name: 'Main Org.' } },
};
const REFUSED = { code: 'DK_GRAFANA_ANSWER', message: 'requests to organization 2 reach 1' };

describe('requests to an organization that reach another one', () => {
  it('end a connection to several organizations', async () => {
    const { grafana, instance } = await start({ profile: '12.4' });
    const { client } = (await instance()).orgs[0]!;
    await client.post('/api/orgs', { name: 'Second' });
    expect((await instance({ orgs: 'all' })).orgs).toHaveLength(2);
    grafana.setFaults(MAIN);
    await expect(instance({ orgs: 'all' })).rejects.toMatchObject(REFUSED);
  });

  it('write nothing into that other one when a restore creates an organization', async () => {
    const manifest = await burned({ profile: '12.4' });
    const { sim } = burnedBench;
    sim.setFaults(MAIN);
    sim.clearRequests();
    const { results } = await everything({ manifest });
    const org = results.find(({ kind, uid }) => kind === 'org' && uid === 'Second');
    expect(org).toMatchObject({ outcome: 'failed' });
    expect(org?.reason).toContain('reach 1');
    expect(sim.state.org(1).teams.size).toBe(
      manifest.resources.filter((one) => one.kind === 'team' && one.org === 1).length,
    );
    await burnedBench.close();
  });

  it('end a restore test before it writes anything', async () => {
    const { grafana, instance } = await start({ profile: '12.4' });
    const connected = await instance();
    const scratch = new ScratchOrg(connected, connected.orgs[0]!.client, 'dashkeep-drill-20261124T150000Z-0badcafe');
    grafana.setFaults(MAIN);
    await expect(scratch.create()).rejects.toMatchObject(REFUSED);
    await scratch.remove(new AbortController().signal);
    expect([...grafana.state.orgs.keys()]).toEqual([1]);
  });
});

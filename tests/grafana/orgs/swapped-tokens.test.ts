import { expect, it } from 'vitest';
import { GrafanaClient } from '../../../pkg/grafana/http/client.ts';
import { tokenCredentials } from '../../../pkg/grafana/http/credentials.ts';
import { connect, type Instance } from '../../../pkg/grafana/instance.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { start } from '../../engine/harness.ts';
import { hastyClock } from '../../support/fast-clock.ts';
import { realRandomness } from '../../support/ports.ts';

async function organizations(
  tokenOf: (org: number) => number,
  { given = [2, 3], orgs }: { given?: number[]; orgs?: 'all' } = { orgs: 'all' },
): Promise<Instance> {
  const { grafana, instance } = await start({ profile: '12.4' });
  const { client } = (await instance()).orgs[0]!;
  for (const name of ['Second', 'Third']) {
    await client.post('/api/orgs', { name });
  }
  const credentials = (org: number) => tokenCredentials(async () => grafana.token({ orgId: org }));
  const own = GrafanaClient.open({
    url: grafana.url,
    credentials: credentials(1),
    ...{ clock: hastyClock, randomness: realRandomness, log: silentLog },
  });
  const orgCredentials = new Map(given.map((org) => [org, credentials(tokenOf(org))]));
  return connect({ client: own, orgs, orgCredentials }).finally(() => own.close());
}

it('each organization is asked with its own token', async () => {
  const { orgs } = await organizations((org) => org);
  expect(orgs.map(({ id, name }) => [id, name])).toEqual([
    [1, 'Main Org.'],
    [2, 'Second'],
    [3, 'Third'],
  ]);
});

it('tokens that are swapped end the connection', async () => {
  await expect(organizations((org) => 5 - org)).rejects.toMatchObject({
    code: 'DK_GRAFANA_ANSWER',
    message: 'requests to organization 2 reach 3',
  });
});

it('an organization is not read twice in place of another one', async () => {
  await expect(organizations(() => 2)).rejects.toMatchObject({ message: 'requests to organization 3 reach 2' });
});

it('the only organization is not read with the token of another one', async () => {
  await expect(organizations(() => 2, { given: [1] })).rejects.toMatchObject({
    message: 'requests to organization 1 reach 2',
  });
});

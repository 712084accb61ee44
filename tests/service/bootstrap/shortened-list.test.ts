import { expect, it } from 'vitest';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { bootstrap } from '../../../pkg/service/bootstrap/bootstrap.ts';
import { call } from '../../simulator/http.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import { realClock, realRandomness } from '../../support/ports.ts';

it('a list without an organization that exists takes away no token of it; one that is gone loses its token', async () => {
  const grafana = await startGrafana({ profile: '13.2' });
  const state = new MemoryState();
  const read = (value: string) => () => Promise.resolve(value);
  const run = () =>
    bootstrap(
      {
        ...{
          grafanaUrl: grafana.url,
          admin: { kind: 'values' as const, user: read('admin'), password: read('admin'), from: 'the test' },
        },
        ...{ allOrgs: true, state, clock: realClock, randomness: realRandomness, log: silentLog },
      },
      new AbortController().signal,
    );
  const token = async () => (await state.get('grafana-api-token-org-2'))?.toString();
  await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
  expect((await run()).orgs.map(({ org }) => org)).toEqual([1, 2]);
  const before = await token();
  const short = [{ id: 1, name: 'Main Org.' }];
  grafana.setFaults({ match: /^GET \/api\/orgs(\?|$)/, action: { kind: 'status', status: 200, body: short } });
  expect((await run()).orgs.map(({ org, minted }) => [org, minted])).toEqual([
    [1, false],
    [2, false],
  ]);
  expect(await token()).toBe(before);
  grafana.setFaults();
  await call(grafana, 'admin:admin', 'DELETE /api/orgs/2');
  expect((await run()).orgs.map(({ org }) => org)).toEqual([1]);
  expect(await token()).toBeUndefined();
  await grafana.close();
});

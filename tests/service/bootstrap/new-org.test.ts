import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { TokenKeeper } from '../../../pkg/service/bootstrap/tokens/keeper.ts';
import { call } from '../../simulator/http.ts';
import { hastyClock } from '../../support/fast-clock.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import { realRandomness } from '../../support/ports.ts';

it('gives a token to an organization that is created while another check is under way', async () => {
  const grafana = await startGrafana({ profile: '12.4' });
  const directory = await mkdtemp(join(tmpdir(), 'dashkeep-admin-'));
  await writeFile(join(directory, 'admin-user'), 'admin');
  await writeFile(join(directory, 'admin-password'), 'admin');
  const keeper = new TokenKeeper({
    grafanaUrl: grafana.url,
    admin: { kind: 'directory', directory },
    allOrgs: true,
    state: new MemoryState(),
    clock: hastyClock,
    randomness: realRandomness,
    log: silentLog,
    mayMint: () => true,
  });
  let refreshed: Promise<boolean> | undefined;
  const run = async (): Promise<void> => {
    await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
    refreshed = keeper.credentials(2).refresh?.();
    refreshed?.catch(() => undefined);
  };
  grafana.setFaults({ match: /^POST \/api\/serviceaccounts(\?|$)/, times: 1, action: { kind: 'before', run } });
  await keeper.check();
  expect(await refreshed).toBe(true);
  expect(keeper.orgs.map(({ org }) => org)).toEqual([1, 2]);
  await keeper.stop();
  await grafana.close();
  await rm(directory, { recursive: true });
});

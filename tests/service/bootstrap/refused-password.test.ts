import { expect, it } from 'vitest';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { TokenKeeper } from '../../../pkg/service/bootstrap/tokens/keeper.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import { realClock, realRandomness } from '../../support/ports.ts';

const MINUTE = 60_000;

it('is sent again after an hour, after 90 seconds if someone asks, and immediately if it is another one', async () => {
  const grafana = await startGrafana({ profile: '12.4' });
  let passed = 0;
  let password = 'not-the-password';
  const admin = {
    ...{ kind: 'values' as const, from: 'the test' },
    user: () => Promise.resolve('admin'),
    password: () => Promise.resolve(password),
  };
  const keeper = new TokenKeeper({
    ...{ grafanaUrl: grafana.url, admin, allOrgs: false, state: new MemoryState(), mayMint: () => true },
    ...{ clock: { ...realClock, monotonic: () => realClock.monotonic() + passed }, randomness: realRandomness },
    log: silentLog,
  });
  const refusals = (): number => grafana.requests.filter(({ status }) => status === 401).length;

  await keeper.check();
  passed += 59 * MINUTE;
  await keeper.check();
  expect(refusals()).toBe(1);
  passed += 2 * MINUTE;
  await keeper.check();
  expect(refusals()).toBe(2);
  await keeper.askAgain();
  expect(refusals()).toBe(2);
  passed += 1.6 * MINUTE;
  await keeper.askAgain();
  expect(refusals()).toBe(3);
  password = 'admin';
  await keeper.check();
  expect(keeper.status.state).toBe('valid');

  await keeper.stop();
  await grafana.close();
});

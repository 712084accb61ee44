import { afterEach, expect, it } from 'vitest';
import { RestoreBench } from '../harness.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const SELECTION = { kinds: ['notification-policy'] as const };

/** A snapshot of another release, whose default policy names the contact point that it makes by itself. */
async function snapshotOf(profile: '11.6' | '12.4', receiver: string): Promise<void> {
  bench = await RestoreBench.start({ profile });
  const { alerting } = bench.sim.state.org(1);
  const own = alerting.policy;
  alerting.policy = { ...own, receiver };
  await bench.backup();
  alerting.policy = own;
}

const CASES = [
  ['11.6', 'empty'],
  ['12.4', 'grafana-default-email'],
] as const;

it.each(CASES)(
  'on %s, the untouched default policy of another release (%s) is left alone',
  async (profile, receiver) => {
    await snapshotOf(profile, receiver);
    const { plan } = await bench.apply({ selection: SELECTION, options: { overwrite: true } });
    expect(plan.items).toMatchObject([{ uid: 'default', action: 'skip', code: 'factory-default' }]);
    expect(plan.missing).toEqual([]);
  },
);

it.each(CASES)('on %s, policies that people made are not taken for it (%s)', async (profile, receiver) => {
  await snapshotOf(profile, receiver);
  const { alerting } = bench.sim.state.org(1);
  alerting.contactPoints.push({ ...alerting.contactPoints[0]!, uid: 'own', name: 'own', type: 'email', settings: {} });
  alerting.policy = { ...alerting.policy, receiver: 'own' };
  const { plan } = await bench.apply({ selection: SELECTION, options: { overwrite: true } });
  expect(plan.items).toMatchObject([{ uid: 'default', action: 'blocked', code: 'needs' }]);
});

it('policies below the default contact point of 12.4, which lists none, are restored where it is still in use', async () => {
  bench = await RestoreBench.start({ profile: '12.4' });
  const { alerting } = bench.sim.state.org(1);
  const own = alerting.policy;
  alerting.policy = { ...own, routes: [{ receiver: 'empty', object_matchers: [['team', '=', 'a']] }] };
  await bench.backup();
  alerting.policy = own;
  const { results } = await bench.apply({ selection: SELECTION, options: { overwrite: true } });
  expect(results).toMatchObject([{ uid: 'default', outcome: 'verified' }]);
});

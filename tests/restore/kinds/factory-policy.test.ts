import { afterEach, expect, it } from 'vitest';
import { planRestore } from '../../../pkg/engine/restore/plan/plan.ts';
import { restore } from '../../../pkg/engine/restore/restore.ts';
import { SeededRandomness } from '../../support/repository/repository.ts';
import { named, RestoreBench, typedFor } from '../harness.ts';

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
  await bench.api('POST /api/dashboards/db', { dashboard: { uid: 'cart', title: 'Cart' } });
  await bench.backup();
  alerting.policy = own;
  await bench.api('DELETE /api/dashboards/uid/cart');
  const kinds = [...SELECTION.kinds, 'dashboard' as const];
  const request = {
    ...(await bench.request({ selection: { kinds }, options: { overwrite: true } })),
    deferBodies: true,
  };
  const plan = await planRestore(request);
  const given = { safetySnapshot: false, version: '0.1.0', randomness: new SeededRandomness(), ...typedFor(plan) };
  const { results } = await restore({ ...request, ...given, plan });
  expect(results.map(({ uid, outcome }) => [uid, outcome])).toEqual([
    ['cart', 'verified'],
    ['default', 'verified'],
  ]);
  expect(named(plan, 'blocked')).toEqual([]);
  expect(plan.missing).toEqual([]);
});

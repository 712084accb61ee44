import { afterEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import { Killed } from '../../chaos/cut-points.ts';
import type { ProfileName } from '../../support/grafana/profiles/profiles.ts';
import { reasons, RestoreBench, stateOf } from '../harness.ts';
import { rule } from '../seed.ts';
import { planOfUndo, stoppedAt, undo } from './undoing.ts';
import { variants } from '../../support/budget.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const RULE_BY_RULE = /^DELETE .*\/alert-rules\//;

const stoppedUndo = (run: string, after: RegExp, end: 'killed' | 'stopped') =>
  stoppedAt(bench, { match: after, end }, (signal) => undo(bench, run, signal));

/** Rules that name no receiver. */
const rules = (...uids: string[]) =>
  uids.map((uid) => ({ ...rule(uid, uid, 'prom', 'none'), notification_settings: undefined }));

/** A restore brought back a folder with a group of rules, and a contact point of two integrations. */
async function restored(
  profile: ProfileName,
): Promise<Record<'before' | 'after', Record<string, string>> & { run: string }> {
  bench = await RestoreBench.start({ profile });
  await bench.api('POST /api/folders', { uid: 'shop', title: 'Shop' });
  for (const uid of ['ops-1', 'ops-2']) {
    const settings = { addresses: `${uid}@example.com` };
    await bench.api('POST /api/v1/provisioning/contact-points', { uid, name: 'ops', type: 'email', settings });
  }
  await bench.api('PUT /api/v1/provisioning/folder/shop/rule-groups/down', {
    interval: 120,
    rules: rules('a', 'b', 'c'),
  });
  const manifest = await bench.backup();
  await bench.api('DELETE /api/folders/shop?forceDeleteRules=true');
  await bench.api('DELETE /api/v1/provisioning/contact-points/ops-1');
  await bench.api('DELETE /api/v1/provisioning/contact-points/ops-2');
  const before = stateOf(await bench.backup());
  const { run } = await bench.applyRecorded({ manifest }, true);
  return { before, after: stateOf(await bench.backup()), run };
}

describe.each([
  ['alert-rule-group', 'shop/down', RULE_BY_RULE, '10.4'],
  ['contact-point', 'ops', /^DELETE .*\/contact-points\//, '13.2'],
] as const)('an undo that was interrupted while it deleted a resource of kind %s', (kind, uid, deletes, profile) => {
  it.each(variants(['killed', 'stopped']))('says that it possibly deleted it: %s', async (end) => {
    const { run } = await restored(profile);
    const { touched = [], counts } = await stoppedUndo(run, deletes, end);
    expect(touched).toContainEqual({ org: 1, kind, uid, did: 'deleted', open: true });
    expect(counts['unchecked']).toBeGreaterThan(0);
  });

  it('can be undone: the resource is complete again', async () => {
    const { run, after } = await restored(profile);
    const { id } = await stoppedUndo(run, deletes, 'stopped');
    expect(stateOf(await bench.backup())).not.toEqual(after);
    expect(await undo(bench, id)).toMatchObject({ status: 'complete' });
    expect(stateOf(await bench.backup())).toEqual(after);
  });

  it('can be finished, even if it is interrupted again', async () => {
    const { run, before } = await restored(profile);
    await stoppedUndo(run, deletes, 'killed');
    await stoppedUndo(run, deletes, 'stopped');
    expect(await undo(bench, run)).toMatchObject({ status: 'complete' });
    expect(stateOf(await bench.backup())).toEqual(before);
  });
});

describe('a restore that was stopped while it created a contact point', () => {
  async function half(): Promise<{ manifest: Manifest; run: string }> {
    bench = await RestoreBench.start({ profile: '13.2' });
    for (const uid of ['ops-1', 'ops-2']) {
      const settings = { addresses: `${uid}@example.com` };
      await bench.api('POST /api/v1/provisioning/contact-points', { uid, name: 'ops', type: 'email', settings });
    }
    const manifest = await bench.backup();
    await bench.api('DELETE /api/v1/provisioning/contact-points/ops-1');
    await bench.api('DELETE /api/v1/provisioning/contact-points/ops-2');
    const stop = new AbortController();
    const action = { kind: 'after', run: () => stop.abort(new Killed()) } as const;
    bench.sim.setFaults({ match: /^POST .*contact-points/, action, times: 1 });
    await expect(bench.applyRecorded({ manifest, signal: stop.signal }, true)).rejects.toThrow();
    bench.sim.setFaults();
    const [newest] = await bench.repository.runs({ limit: 1 });
    return { manifest, run: newest!.id };
  }
  const live = () => bench.sim.state.org(1).alerting.contactPoints.filter(({ name }) => name === 'ops');

  it('can be undone', async () => {
    const { run } = await half();
    expect(await undo(bench, run)).toMatchObject({ status: 'complete' });
    expect(live()).toEqual([]);
  });

  it('can be finished', async () => {
    const { manifest } = await half();
    await bench.apply({ manifest });
    expect(live()).toHaveLength(2);
  });

  it('is left as someone changed it', async () => {
    const { manifest, run } = await half();
    live()[0]!.settings['addresses'] = 'eva@example.com';
    expect(reasons(await bench.plan({ manifest }), 'skip')['contact-point/ops']).toContain('exists and differs');
    expect(reasons((await planOfUndo(bench, run)).plan, 'blocked')['contact-point/ops']).toContain('only part of it');
  });
});

describe('a contact point of several integrations', () => {
  it.each(variants(['a notification policy', 'an alert rule']))('keeps all of them if %s uses it', async (user) => {
    const { run } = await restored('12.4');
    if (user === 'an alert rule') {
      const rules = [rule('mine', 'mine', 'prom', 'none')];
      await bench.api('POST /api/folders', { uid: 'mine', title: 'Mine' });
      await bench.api('PUT /api/v1/provisioning/folder/mine/rule-groups/mine', { interval: 60, rules });
    } else {
      const { policy } = bench.sim.state.org(1).alerting;
      await bench.api('PUT /api/v1/provisioning/policies', { ...policy, routes: [{ receiver: 'ops' }] });
    }
    const { status, counts } = await undo(bench, run);
    expect({ status, failed: counts['failed'] }).toEqual({ status: 'partial', failed: 1 });
    const { contactPoints } = bench.sim.state.org(1).alerting;
    expect(contactPoints.filter(({ name }) => name === 'ops')).toHaveLength(2);
  });
});

it('an undo finishes a deletion that Grafana cut off', async () => {
  const { run, before } = await restored('10.4');
  bench.sim.setFaults({ match: RULE_BY_RULE, action: { kind: 'cut' }, skip: 1, times: 3 });
  expect(await undo(bench, run)).toMatchObject({ status: 'complete' });
  expect(stateOf(await bench.backup())).toEqual(before);
});

describe('what an interrupted undo left of a rule group', () => {
  it.each([
    ['changed a rule', rules('b').map((one) => ({ ...one, for: '9m' }))],
    ['added a rule', rules('b', 'mine')],
    ['created it again', rules('mine')],
  ])('is left alone if someone %s', async (_, changed) => {
    const { run } = await restored('10.4');
    const { id } = await stoppedUndo(run, RULE_BY_RULE, 'stopped');
    await bench.api('PUT /api/v1/provisioning/folder/shop/rule-groups/down', { interval: 120, rules: changed });
    const kept = 'alert-rule-group/shop/down';
    const live = stateOf(await bench.backup())[`1/${kept}`];
    expect(reasons((await planOfUndo(bench, id)).plan, 'blocked')[kept]).toContain('deleted only part of it');
    expect(reasons((await planOfUndo(bench, run)).plan, 'skip')[kept]).toBe('someone has changed it since');
    await undo(bench, id);
    await undo(bench, run);
    expect(stateOf(await bench.backup())[`1/${kept}`]).toBe(live);
  });

  it('is left alone if the deletion was complete', async () => {
    const { run } = await restored('10.4');
    const { id } = await undo(bench, run);
    await bench.api('POST /api/folders', { uid: 'shop', title: 'Shop' });
    await bench.api('PUT /api/v1/provisioning/folder/shop/rule-groups/down', { interval: 120, rules: rules('b') });
    const { plan } = await planOfUndo(bench, id);
    expect(reasons(plan, 'skip')['alert-rule-group/shop/down']).toBe(
      'the run deleted it, and someone has recreated it',
    );
  });
});

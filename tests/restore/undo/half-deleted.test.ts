import { afterEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import type { RunRecord } from '../../../pkg/contract/runs.ts';
import { planUndo } from '../../../pkg/engine/restore/undo/undo.ts';
import { runRestore } from '../../../pkg/operations/restore.ts';
import { recordRun } from '../../../pkg/operations/run.ts';
import { Killed } from '../../chaos/cut-points.ts';
import type { ProfileName } from '../../support/grafana/profiles/profiles.ts';
import { SeededRandomness } from '../../support/repository/repository.ts';
import { reasons, RestoreBench, stateOf, typedFor } from '../harness.ts';
import { rule } from '../seed.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const RULE_BY_RULE = /^DELETE .*\/alert-rules\//;

async function planned(run: string, signal = new AbortController().signal) {
  const { manifest: _, selection: __, options: ___, ...asked } = await bench.request({ signal });
  return planUndo(asked, (await bench.repository.run(run))!);
}

/** Undoes a run. @returns the record of the run that did it */
async function undo(run: string, signal?: AbortSignal): Promise<RunRecord> {
  const { request, plan } = await planned(run, signal);
  const randomness = new SeededRandomness(`${run} ${bench.sim.requests.length}`);
  const session = { ...request, randomness, version: '0.1.0' };
  let id = '';
  await recordRun(session, { kind: 'restore', trigger: 'undo', signal: request.signal }, (one) => {
    id = one.id;
    return runRestore(session, { request, plan, safetySnapshot: true, ...typedFor(plan, plan.confirm) }, one);
  }).catch((error: unknown) => {
    if (!request.signal.aborted) {
      throw error;
    }
  });
  return (await bench.repository.run(id))!.record;
}

/** The same, stopped after a request; a process that was killed writes nothing more. */
async function stopped(run: string, after: RegExp, end: 'killed' | 'stopped'): Promise<RunRecord> {
  const stop = new AbortController();
  let dead = false;
  const { store } = bench.repository;
  const put = store.put.bind(store);
  store.put = (...given) => (dead ? Promise.reject(new Killed()) : put(...given));
  const cut = (): void => {
    dead = end === 'killed';
    stop.abort(new Killed());
  };
  bench.sim.setFaults({ match: after, action: { kind: 'after', run: cut }, times: 1 });
  const record = await undo(run, stop.signal);
  bench.sim.setFaults();
  store.put = put;
  return record;
}

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
  it.each(['killed', 'stopped'] as const)('says that it possibly deleted it: %s', async (end) => {
    const { run } = await restored(profile);
    const { touched = [], counts } = await stopped(run, deletes, end);
    expect(touched).toContainEqual({ org: 1, kind, uid, did: 'deleted', open: true });
    expect(counts['unchecked']).toBeGreaterThan(0);
  });

  it('can be undone: the resource is complete again', async () => {
    const { run, after } = await restored(profile);
    const { id } = await stopped(run, deletes, 'stopped');
    expect(stateOf(await bench.backup())).not.toEqual(after);
    expect(await undo(id)).toMatchObject({ status: 'complete' });
    expect(stateOf(await bench.backup())).toEqual(after);
  });

  it('can be finished, even if it is interrupted again', async () => {
    const { run, before } = await restored(profile);
    await stopped(run, deletes, 'killed');
    await stopped(run, deletes, 'stopped');
    expect(await undo(run)).toMatchObject({ status: 'complete' });
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
    expect(await undo(run)).toMatchObject({ status: 'complete' });
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
    expect(reasons((await planned(run)).plan, 'blocked')['contact-point/ops']).toContain('only part of it');
  });
});

it('an undo finishes a deletion that Grafana cut off', async () => {
  const { run, before } = await restored('10.4');
  bench.sim.setFaults({ match: RULE_BY_RULE, action: { kind: 'cut' }, skip: 1, times: 3 });
  expect(await undo(run)).toMatchObject({ status: 'complete' });
  expect(stateOf(await bench.backup())).toEqual(before);
});

describe('what an interrupted undo left of a rule group', () => {
  it.each([
    ['changed a rule', rules('b').map((one) => ({ ...one, for: '9m' }))],
    ['added a rule', rules('b', 'mine')],
    ['created it again', rules('mine')],
  ])('is left alone if someone %s', async (_, changed) => {
    const { run } = await restored('10.4');
    const { id } = await stopped(run, RULE_BY_RULE, 'stopped');
    await bench.api('PUT /api/v1/provisioning/folder/shop/rule-groups/down', { interval: 120, rules: changed });
    const kept = 'alert-rule-group/shop/down';
    const live = stateOf(await bench.backup())[`1/${kept}`];
    expect(reasons((await planned(id)).plan, 'blocked')[kept]).toContain('deleted only part of it');
    expect(reasons((await planned(run)).plan, 'skip')[kept]).toBe('someone has changed it since');
    await undo(id);
    await undo(run);
    expect(stateOf(await bench.backup())[`1/${kept}`]).toBe(live);
  });

  it('is left alone if the deletion was complete', async () => {
    const { run } = await restored('10.4');
    const { id } = await undo(run);
    await bench.api('POST /api/folders', { uid: 'shop', title: 'Shop' });
    await bench.api('PUT /api/v1/provisioning/folder/shop/rule-groups/down', { interval: 120, rules: rules('b') });
    const { plan } = await planned(id);
    expect(reasons(plan, 'skip')['alert-rule-group/shop/down']).toBe(
      'the run deleted it, and someone has recreated it',
    );
  });
});

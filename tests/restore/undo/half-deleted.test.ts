import { afterEach, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../pkg/contract/runs.ts';
import { planUndo } from '../../../pkg/engine/restore/undo/undo.ts';
import { runRestore } from '../../../pkg/operations/restore.ts';
import { recordRun } from '../../../pkg/operations/run.ts';
import { Killed } from '../../chaos/cut-points.ts';
import type { ProfileName } from '../../support/grafana/profiles/profiles.ts';
import { SeededRandomness } from '../../support/repository/repository.ts';
import { RestoreBench, stateOf, typedFor } from '../harness.ts';
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

const rules = (...uids: string[]) => uids.map((uid) => ({ ...rule(uid, uid, 'prom', 'none'), for: '5m' }));

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
});

import { afterEach, describe, expect, it } from 'vitest';
import { diffLive } from '../../../pkg/engine/live-diff.ts';
import { planRestore } from '../../../pkg/engine/restore/plan/plan.ts';
import { restore } from '../../../pkg/engine/restore/restore.ts';
import type { Plan, Restored, Selection } from '../../../pkg/engine/restore/types.ts';
import type { ProfileName } from '../../support/grafana/profiles/profiles.ts';
import { SeededRandomness } from '../../support/repository/repository.ts';
import { RestoreBench, typedFor } from '../harness.ts';

const benches: RestoreBench[] = [];
afterEach(() => Promise.all(benches.splice(0).map((bench) => bench.close())));

async function start(profile: ProfileName): Promise<RestoreBench> {
  const bench = await RestoreBench.start({ profile, nestedFolders: true });
  benches.push(bench);
  return bench;
}

const RULE = {
  uid: 'down',
  title: 'Down',
  condition: 'A',
  for: '5m',
  noDataState: 'NoData',
  execErrState: 'Error',
  data: [{ refId: 'A', relativeTimeRange: { from: 600, to: 0 }, datasourceUid: '__expr__', model: { refId: 'A' } }],
};

/** A described folder with a group of rules. */
async function seed(bench: RestoreBench, more: object = {}): Promise<void> {
  await bench.api('POST /api/folders', { uid: 'infra', title: 'Infra', description: 'what keeps us alive' });
  await putRule(bench, more);
}

async function putRule(bench: RestoreBench, more: object = {}): Promise<void> {
  await bench.api('PUT /api/v1/provisioning/folder/infra/rule-groups/hosts', {
    interval: 60,
    rules: [{ ...RULE, ...more }],
  });
}

/** Restores what one Grafana's backup contains into another Grafana. */
async function restored(
  from: RestoreBench,
  to: RestoreBench,
  selection: Selection = { kinds: ['folder', 'alert-rule-group'] },
): Promise<Restored & { plan: Plan }> {
  const request = {
    ...(await to.request({ manifest: await from.backup(), selection, options: { overwrite: true } })),
    repository: from.repository,
  };
  const plan = await planRestore(request);
  const given = { ...request, ...typedFor(plan), plan, safetySnapshot: false, version: '0.1.0' };
  return { plan, ...(await restore({ ...given, randomness: new SeededRandomness('restore') })) };
}

function bad({ results }: Restored): unknown[] {
  return results.filter(({ outcome }) => outcome !== 'verified');
}

const PAIRS: [ProfileName, ProfileName][] = [
  ['11.6', '12.4'],
  ['12.4', '11.6'],
  ['10.4', '13.2'],
  ['13.2', '10.4'],
];

describe.each(PAIRS)('from Grafana %s to %s', (before, after) => {
  it('described folders and groups of rules verify, and are unchanged afterwards', async () => {
    const [from, to] = [await start(before), await start(after)];
    await seed(from);
    const first = await restored(from, to);
    expect(first.results).toHaveLength(2);
    expect(bad(first)).toEqual([]);
    const second = await restored(from, to);
    expect(second.plan.items.map(({ action }) => action)).toEqual(['unchanged', 'unchanged']);
    const manifest = await from.backup();
    const { changed } = await diffLive({ ...(await to.request({ manifest })), repository: from.repository });
    expect(changed.filter(({ kind }) => kind === 'alert-rule-group')).toEqual([]);
  });
});

it('fields of rules that the target does not know are named as a loss, and the group verifies', async () => {
  const [from, to] = [await start('12.4'), await start('11.6')];
  await seed(from, { keep_firing_for: '10m', missingSeriesEvalsToResolve: 3 });
  const outcome = await restored(from, to);
  expect(bad(outcome)).toEqual([]);
  const group = outcome.plan.items.find(({ kind }) => kind === 'alert-rule-group');
  expect(group?.losses).toEqual([
    `Grafana ${to.sim.profile.version} does not support these fields of rules, so they are lost: keep_firing_for, missingSeriesEvalsToResolve`,
  ]);
});

it('a rule that keeps firing differs from a snapshot in which it did not', async () => {
  const [from, to] = [await start('11.6'), await start('12.4')];
  await seed(from);
  await seed(to, { keep_firing_for: '10m' });
  const manifest = await from.backup();
  const { changed } = await diffLive({ ...(await to.request({ manifest })), repository: from.repository });
  expect(changed.map(({ kind }) => kind)).toContain('alert-rule-group');
  const outcome = await restored(from, to);
  expect(outcome.plan.items.find(({ kind }) => kind === 'alert-rule-group')?.action).toBe('update');
  expect(bad(outcome)).toEqual([]);
  expect(to.sim.state.org(1).alerting.rules.get('down')?.fields['keep_firing_for']).toBeUndefined();
});

it('keeps a description that the snapshot cannot know', async () => {
  const [from, to] = [await start('11.6'), await start('12.4')];
  await seed(from);
  await to.api('POST /api/folders', { uid: 'infra', title: 'Other title', description: 'written since' });
  const outcome = await restored(from, to, { only: [{ kind: 'folder', uid: 'infra' }] });
  expect(bad(outcome)).toEqual([]);
  expect(to.sim.state.org(1).folders.get('infra')).toMatchObject({ title: 'Infra', description: 'written since' });
});

it('removes a description that the snapshot shows to be missing', async () => {
  const [from, to] = [await start('12.4'), await start('13.2')];
  await from.api('POST /api/folders', { uid: 'infra', title: 'Infra' });
  await to.api('POST /api/folders', { uid: 'infra', title: 'Infra', description: 'written since' });
  const outcome = await restored(from, to, { only: [{ kind: 'folder', uid: 'infra' }] });
  expect(bad(outcome)).toEqual([]);
  expect(outcome.results).toHaveLength(1);
  expect(to.sim.state.org(1).folders.get('infra')?.description ?? '').toBe('');
});

import { expect, it } from 'vitest';
import { diffStored, type StoredSide } from '../../pkg/engine/diff-stored.ts';
import { call } from '../simulator/http.ts';
import type { ProfileName } from '../support/grafana/profiles/profiles.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { openBench, type Bench } from './harness.ts';

const RULE = {
  uid: 'down',
  title: 'Down',
  condition: 'A',
  for: '5m',
  noDataState: 'NoData',
  execErrState: 'Error',
  data: [{ refId: 'A', relativeTimeRange: { from: 600, to: 0 }, datasourceUid: '__expr__', model: { refId: 'A' } }],
};

/** A snapshot of a described folder with a group of rules, as a version of Grafana returns them. */
async function snapshotOf(bench: Bench, rule: object = RULE): Promise<StoredSide> {
  await call(bench.grafana, 'admin:admin', 'POST /api/folders', { uid: 'infra', title: 'Infra', description: 'hosts' });
  const group = { interval: 60, rules: [rule] };
  await call(bench.grafana, 'admin:admin', 'PUT /api/v1/provisioning/folder/infra/rule-groups/hosts', group);
  const { id } = await bench.backup({ kinds: ['folder', 'alert-rule-group'] });
  const { author, ...stored } = await bench.repository.stored(id);
  return { ...stored, signature: bench.repository.trust.signature(author) };
}

it.each([
  ['11.6', '12.4'],
  ['12.4', '11.6'],
] as const)('counts and lists as changes only those of people: Grafana %s and %s', async (...versions) => {
  const store = new MemoryStore();
  const open = (profile: ProfileName): Promise<Bench> => openBench({ profile }, store);
  const [older, newer] = [await open(versions[0]), await open(versions[1])];
  const { signal } = new AbortController();
  const before = await snapshotOf(older);
  const after = await snapshotOf(newer);
  const nothing = { added: [], changed: [], removed: [] };
  expect(await diffStored(newer.repository, before, after, { signal })).toEqual(nothing);
  expect(after.manifest).toMatchObject({ changes: { added: 0, changed: 0, removed: 0 } });

  const edited = await snapshotOf(newer, { ...RULE, for: '10m' });
  const { changed } = await diffStored(newer.repository, before, edited, { signal });
  expect(changed.map(({ uid }) => uid)).toEqual(['infra/hosts']);
  await Promise.all([older, newer].map((bench) => bench.close()));
});

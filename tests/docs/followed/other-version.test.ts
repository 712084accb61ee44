import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { diffLive } from '../../../pkg/engine/live-diff.ts';
import { planRestore } from '../../../pkg/engine/restore/plan/plan.ts';
import { restore } from '../../../pkg/engine/restore/restore.ts';
import { RestoreBench, typedFor } from '../../restore/harness.ts';
import type { ProfileName } from '../../support/grafana/profiles/profiles.ts';
import { SeededRandomness } from '../../support/repository/repository.ts';
import { ROOT } from '../pages.ts';

const benches: RestoreBench[] = [];
afterEach(() => Promise.all(benches.splice(0).map((bench) => bench.close())));

const RULE = {
  uid: 'down',
  title: 'Down',
  condition: 'A',
  for: '5m',
  noDataState: 'NoData',
  execErrState: 'Error',
  data: [{ refId: 'A', relativeTimeRange: { from: 600, to: 0 }, datasourceUid: '__expr__', model: { refId: 'A' } }],
};

async function start(profile: ProfileName): Promise<RestoreBench> {
  const bench = await RestoreBench.start({ profile, nestedFolders: true });
  benches.push(bench);
  return bench;
}

it('the guide for a Grafana that burned expects what a newer one adds by itself', async () => {
  const [from, to] = [await start('11.6'), await start('12.4')];
  await from.api('POST /api/folders', { uid: 'infra', title: 'Infra' });
  await from.api('PUT /api/v1/provisioning/folder/infra/rule-groups/hosts', { interval: 60, rules: [RULE] });
  const manifest = await from.backup();
  const { repository } = from;
  const request = { ...(await to.request({ manifest, options: { overwrite: true } })), repository };
  const plan = await planRestore(request);
  const randomness = new SeededRandomness('restore');
  await restore({ ...request, ...typedFor(plan), plan, safetySnapshot: false, version: '0.1.0', randomness });

  const { clock, log, signal } = { ...request, log: silentLog };
  const left = await diffLive({ manifest, repository, instance: await to.instance(), clock, log, signal });
  expect([left.added, left.removed]).toEqual([[], []]);
  const names = left.changed.map(({ kind }) => `${kind.replaceAll('-', ' ')}s`);
  expect(names).toEqual(['contact points']);

  const guide = await readFile(join(ROOT, 'docs/disaster-recovery.md'), 'utf8');
  const expected = /These differences are expected:\n\n(?<list>(?:- .*\n|  .*\n)+)/.exec(guide)?.groups?.['list'] ?? '';
  const line = expected.split('\n').find((one) => one.includes('a different version')) ?? '';
  expect(names.filter((name) => !line.includes(name))).toEqual([]);
});

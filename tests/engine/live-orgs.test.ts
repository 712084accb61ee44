import type { KindName } from '../../pkg/contract/kinds.ts';
import { diffStates, key, type State } from '../../pkg/engine/diff.ts';
import { expect, it } from 'vitest';
import { diffLive } from '../../pkg/engine/live-diff.ts';
import { silentLog } from '../../pkg/contract/ports.ts';
import { call } from '../simulator/http.ts';
import { realClock } from '../support/ports.ts';
import { start } from './harness.ts';

it('compares what belongs to the server once, however many orgs are compared', async () => {
  const bench = await start({ profile: '12.4' });
  await call(bench.grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
  const ports = { clock: realClock, log: silentLog, signal: new AbortController().signal };
  const manifest = await bench.backup({ instance: await bench.instance({ orgs: 'all' }) });
  expect(manifest.resources.filter(({ kind }) => kind === 'org')).toHaveLength(2);
  const instance = await bench.instance({ orgs: 'all' });
  const found = await diffLive({ ...ports, manifest, repository: bench.repository, instance });
  expect(found).toEqual({ added: [], changed: [], removed: [] });
});

it('does not call removed what a token cannot see', async () => {
  const bench = await start({ profile: '12.4' });
  const ports = { clock: realClock, log: silentLog, signal: new AbortController().signal };
  const manifest = await bench.backup();
  expect(manifest.resources.map(({ kind }) => kind)).toContain('user');
  const instance = await bench.instance({ token: bench.grafana.token({ role: 'Admin' }) });
  const found = await diffLive({ ...ports, manifest, repository: bench.repository, instance });
  expect(found).toMatchObject({ changed: [], removed: [] });
  expect(found.errors?.map(({ kind }) => kind)).toContain('user');
});

it('lists what differs in one order, in whichever Grafana answers', () => {
  const one = (org: number, kind: KindName, uid: string): [string, State] => [
    key(org, kind, uid),
    { org, kind, uid, title: '', folder: '', object: uid },
  ];
  const states = [one(2, 'folder', 'a'), one(1, 'dashboard', 'b'), one(1, 'dashboard', 'a'), one(1, 'folder', 'z')];
  const { added } = diffStates(new Map(), new Map(states));
  const { removed } = diffStates(new Map(states.toReversed()), new Map());
  expect(added.map(({ org, kind, uid }) => `${org} ${kind} ${uid}`)).toEqual([
    '1 folder z',
    '1 dashboard a',
    '1 dashboard b',
    '2 folder a',
  ]);
  expect(removed).toEqual(added);
});

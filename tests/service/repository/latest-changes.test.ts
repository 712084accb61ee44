import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DiffEntry, DiffPage } from '../../../pkg/contract/api/diff.ts';
import { newestFirst } from '../../../pkg/service/repository/comparisons.ts';
import { call } from '../../simulator/http.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

let grafana: Simulator;
let service: TestService;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  service = await startService({ grafanaUrl: grafana.url });
});
afterEach(async () => {
  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});

const save = (uid: string, title: string) =>
  call(grafana, 'admin:admin', 'POST /api/dashboards/db', { dashboard: { uid, title, panels: [] }, overwrite: true });

async function backup(): Promise<string> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  return String((await service.ended(json.id))['snapshot']);
}

it('what changed between two backups is listed newest first, with who saved it and when', async () => {
  await save('first', 'First');
  await save('gone', 'Gone');
  const before = await backup();
  await save('new', 'New');
  await save('first', 'A first, later');
  await call(grafana, 'admin:admin', 'DELETE /api/dashboards/uid/gone');
  const after = await backup();
  const { status, json } = await service.call(
    'GET',
    `/diff?from=${before}&to=${after}&kind=dashboard&order=newest&limit=3`,
  );
  expect([status, json.error]).toEqual([200, undefined]);
  const { items } = json as DiffPage;
  expect(items.map(({ uid, change }) => [uid, change])).toEqual([
    ['first', 'changed'],
    ['new', 'added'],
    ['gone', 'removed'],
  ]);
  expect(items.slice(0, 2).map(({ by }) => by)).toEqual(['admin', 'admin']);
  const times = items.map(({ updated = '' }) => Date.parse(updated) || 0);
  expect(times).toEqual(times.toSorted((a, b) => b - a));
});

it('a comparison with Grafana says who saved what, and when', async () => {
  await save('first', 'First');
  const before = await backup();
  await save('first', 'A first, later');
  await save('next', 'Next');
  const { json } = await service.call('GET', `/diff?from=${before}&to=live&kind=dashboard`);
  const found = (json as DiffPage).items.map(({ uid, change, by, updated }) => [uid, change, by, typeof updated]);
  expect(found).toEqual([
    ['first', 'changed', 'admin', 'string'],
    ['next', 'added', 'admin', 'string'],
  ]);
});

it('times are compared as times, whatever their zone, and what has none comes last', () => {
  const entry = (uid: string, updated?: string): DiffEntry => ({
    ...{ change: 'changed', org: 1, kind: 'dashboard', uid, title: uid, folder: '' },
    ...(updated === undefined ? {} : { updated }),
  });
  const entries = [
    entry('none'),
    entry('old', '2026-05-01T12:00:00+02:00'),
    entry('odd', 'yesterday'),
    entry('new', '2026-05-01T10:00:01Z'),
  ];
  expect(newestFirst(entries).map(({ uid }) => uid)).toEqual(['new', 'old', 'none', 'odd']);
});

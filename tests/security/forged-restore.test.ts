import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunRecord } from '../../pkg/contract/runs.ts';
import { call } from '../simulator/http.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { idIn } from '../support/repository/forger.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

/** The holder of the write key puts down restores that never were. */
let grafana: Simulator;
let service: TestService;
let before: string;
let after: string;
let deleted: string;

async function backUp(): Promise<string> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  return String((await service.ended(json.id))['snapshot']);
}

function plant(more: Partial<RunRecord>): string {
  const id = idIn(1000);
  const now = new Date(Date.now() + 5000).toISOString();
  const restore = {
    id,
    kind: 'restore',
    trigger: 'manual',
    org: 1,
    started: now,
    finished: now,
    counts: {},
    errors: [],
  };
  const runs = join(service.directory, 'target/runs');
  mkdirSync(runs, { recursive: true });
  writeFileSync(join(runs, `${id}.json`), JSON.stringify({ ...restore, ...more }));
  return id;
}

beforeAll(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 4, folders: 1, v2Share: 0 });
  service = await startService({ grafanaUrl: grafana.url });
  before = await backUp();
  const { json } = await service.call('GET', `/snapshots/${before}/resources?kind=dashboard`);
  deleted = json.items[0].uid;
  await call(grafana, 'admin:admin', `DELETE /api/dashboards/uid/${deleted}`);
  after = await backUp();
});

afterAll(async () => {
  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});

it('hides nothing that was deleted', async () => {
  const touched = [{ org: 1, kind: 'dashboard' as const, uid: deleted, did: 'created' as const, mark: 'x' }];
  plant({ status: 'complete', touched });
  // The end of a run makes the history be read again.
  const { json: run } = await service.call('POST', '/runs', { kind: 'verify' });
  await service.ended(run.id);
  const path = `/diff?from=${before}&to=${after}&change=removed&kind=dashboard&hideRestored=true`;
  const { json } = await service.call('GET', path);
  expect(json.items.map(({ uid }: { uid: string }) => uid)).toEqual([deleted]);
});

it('offers nothing to be finished or undone', async () => {
  const options = { deleteExtra: true, overwrite: true };
  const request = { snapshot: before, selection: { type: 'everything' }, options };
  const id = plant({ status: 'interrupted', planned: 5, snapshot: before, source: before, request });
  const { status, json } = await service.call('GET', `/runs/${id}`);
  expect(status).toBe(200);
  expect(json).toMatchObject({ undoable: false });
  expect(json).not.toHaveProperty('request');
});

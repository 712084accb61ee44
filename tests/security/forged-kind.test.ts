import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { idIn } from '../support/repository/forger.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

/**
 * The holder of the write key writes a record that says it is of a backup, and has the index of runs, which no one
 * signs, call it a restore.
 */
let grafana: Simulator;
let service: TestService;
let before: string;
let after: string;
let deleted: string;

async function backUp(): Promise<string> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  return String((await service.ended(json.id))['snapshot']);
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
  const id = idIn(1000);
  const now = new Date(Date.now() + 5000).toISOString();
  const facts = { id, status: 'complete', trigger: 'manual', org: 1, started: now, finished: now, counts: {} };
  const touched = [{ org: 1, kind: 'dashboard', uid: deleted, did: 'created', mark: 'x' }];
  const target = join(service.directory, 'target');
  mkdirSync(join(target, 'runs'), { recursive: true });
  const record = join(target, `runs/${id}.json`);
  writeFileSync(record, JSON.stringify({ ...facts, kind: 'backup', errors: [], touched }));
  const index = join(target, 'cache/runs.json.gz');
  const [text = ''] = gunzipSync(readFileSync(index)).toString().split('\n');
  const runs = JSON.parse(text) as { runs: object[] };
  const line = { ...facts, kind: 'restore', problems: 0 };
  runs.runs.push({ id, encrypted: false, size: statSync(record).size, line });
  writeFileSync(index, gzipSync(JSON.stringify(runs)));
  // The end of a run makes the history be read again.
  const { json: run } = await service.call('POST', '/runs', { kind: 'verify' });
  await service.ended(run.id);
  const path = `/diff?from=${before}&to=${after}&change=removed&kind=dashboard&hideRestored=true`;
  const { json } = await service.call('GET', path);
  expect(json.items.map(({ uid }: { uid: string }) => uid)).toEqual([deleted]);
});

it('offers no request to be finished', async () => {
  await service.stop();
  const id = idIn(-60_000);
  const started = new Date(Date.now() - 60_000).toISOString();
  const run = { id, kind: 'restore', trigger: 'manual', org: 1, started, counts: {}, errors: [] };
  const journal = join(service.directory, 'state/runs.json');
  const entries = JSON.parse(readFileSync(journal, 'utf8')) as object[];
  // The process that restored has died.
  const dead = { ...run, status: 'running', planned: 5, instance: 'another', kept: true };
  writeFileSync(journal, JSON.stringify([...entries, dead]));
  service = await startService({ grafanaUrl: grafana.url, directory: service.directory });
  const { json: verify } = await service.call('POST', '/runs', { kind: 'verify' });
  await service.ended(verify.id);
  const options = { deleteExtra: true, overwrite: true };
  const request = { snapshot: before, selection: { type: 'everything' }, options };
  const touched = [{ org: 1, kind: 'dashboard', uid: deleted, did: 'created', mark: 'x' }];
  const forged = { ...run, kind: 'backup', status: 'running', request, touched };
  writeFileSync(join(service.directory, `target/runs/${id}.json`), JSON.stringify(forged));
  const { json } = await service.call('GET', `/runs/${id}`);
  expect(json).toMatchObject({ kind: 'restore', status: 'interrupted' });
  expect(json).not.toHaveProperty('request');
  expect(json).not.toHaveProperty('touched');
});

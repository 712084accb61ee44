import { readFile, writeFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ResourceVersion, VersionPage } from '../../pkg/contract/api/versions.ts';
import type { RunLine } from '../../pkg/contract/runs.ts';
import { call } from '../simulator/http.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../support/service.ts';

/**
 * Someone who may write to the bucket changes the index of runs, which nobody signs: so that a version seems to be
 * restored by somebody else, or what a service account saved seems to be restored at all.
 */
let grafana: Simulator;
let service: TestService;
let run: string;

const inOrg = (route: string, body?: unknown) => call(grafana, 'admin:admin', route, body);

async function backUp(): Promise<string> {
  const { json } = await service.call('POST', '/runs', { kind: 'backup' });
  return String((await service.ended(json.id))['snapshot']);
}

beforeEach(async () => {
  grafana = await startGrafana({ profile: '13.2' });
  service = await startService({ grafanaUrl: grafana.url });
  await inOrg('POST /api/dashboards/db', { dashboard: { uid: 'board', title: 'Board', panels: [] } });
  const snapshot = await backUp();
  await inOrg('DELETE /api/dashboards/uid/board');
  await backUp();
  const selection = { type: 'resources', resources: [{ org: 1, kind: 'dashboard', uid: 'board' }] };
  const planned = await service.call('POST', '/restores', { snapshot, selection });
  const as = { 'x-grafana-context': JSON.stringify({ login: 'ada' }) };
  const { json } = await service.call('POST', `/restores/${planned.json.id}/apply`, {}, as);
  run = String((await service.ended(json.id))['id']);
  await backUp();
});
afterEach(async () => {
  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});

/** Changes what the index says of the restore, and starts the service again. */
async function forge(change: Partial<RunLine>): Promise<void> {
  const { directory } = service;
  await service.stop();
  const file = `${directory}/target/cache/runs.json.gz`;
  const index = JSON.parse(gunzipSync(await readFile(file)).toString()) as { runs: { id: string; line: RunLine }[] };
  Object.assign(index.runs.find(({ id }) => id === run)!.line, change);
  await writeFile(file, gzipSync(JSON.stringify(index)));
  service = await startService({ grafanaUrl: grafana.url, directory });
}

async function newest(): Promise<ResourceVersion | undefined> {
  const { json } = await service.call('GET', '/resources/1/dashboard/board/versions');
  return (json as VersionPage).items[0];
}

it('names who started the restore as its signed record does', async () => {
  expect(await newest()).toMatchObject({ restored: { run, by: 'ada' } });
  await forge({ by: 'mallory' });
  expect(await newest()).toMatchObject({ restored: { run, by: 'ada' } });
});

it('says of no later version that it was restored', async () => {
  const first = await newest();
  const account = await inOrg('POST /api/serviceaccounts', { name: 'robot', role: 'Editor' });
  const { key } = (await inOrg(`POST /api/serviceaccounts/${account.body.id}/tokens`, { name: 'robot' })).body;
  grafana.advance(6000);
  const dashboard = { uid: 'board', title: 'Changed by a robot', panels: [] };
  const saved = await call(grafana, key, 'POST /api/dashboards/db', { dashboard, overwrite: true });
  expect(saved.status, saved.text).toBe(200);
  await backUp();
  expect((await newest())?.updatedBy).not.toBe(first?.updatedBy);
  expect(await newest()).not.toHaveProperty('restored');
  await forge({ finished: new Date(Date.now() + 60_000).toISOString() });
  expect(await newest()).not.toHaveProperty('restored');
});

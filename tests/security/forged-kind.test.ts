import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { idIn } from '../support/repository/forger.ts';
import { deletedDashboard, type DeletedDashboard } from './support/deleted-dashboard.ts';

/**
 * The holder of the write key writes a record that says it is of a backup, and has the index of runs, which no one
 * signs, call it a restore.
 */
let world: DeletedDashboard;

beforeAll(async () => {
  world = await deletedDashboard();
});
afterAll(() => world?.close());

it('hides nothing that was deleted', async () => {
  const id = idIn(1000);
  const now = new Date(Date.now() + 5000).toISOString();
  const facts = { id, status: 'complete', trigger: 'manual', org: 1, started: now, finished: now, counts: {} };
  const touched = [{ org: 1, kind: 'dashboard', uid: world.deleted, did: 'created', mark: 'x' }];
  const target = join(world.service.directory, 'target');
  mkdirSync(join(target, 'runs'), { recursive: true });
  const record = join(target, `runs/${id}.json`);
  writeFileSync(record, JSON.stringify({ ...facts, kind: 'backup', errors: [], touched }));
  const index = join(target, 'cache/runs.json.gz');
  const [text = ''] = gunzipSync(readFileSync(index)).toString().split('\n');
  const runs = JSON.parse(text) as { runs: object[] };
  const line = { ...facts, kind: 'restore', problems: 0 };
  runs.runs.push({ id, encrypted: false, size: statSync(record).size, line });
  writeFileSync(index, gzipSync(JSON.stringify(runs)));
  expect(await world.shownDeleted()).toEqual([world.deleted]);
});

it('offers no request to be finished', async () => {
  await world.service.stop();
  const id = idIn(-60_000);
  const started = new Date(Date.now() - 60_000).toISOString();
  const run = { id, kind: 'restore', trigger: 'manual', org: 1, started, counts: {}, errors: [] };
  const journal = join(world.service.directory, 'state/runs.json');
  const entries = JSON.parse(readFileSync(journal, 'utf8')) as object[];
  // The process that restored has died.
  const dead = { ...run, status: 'running', planned: 5, instance: 'another', kept: true };
  writeFileSync(journal, JSON.stringify([...entries, dead]));
  await world.restart();
  const options = { deleteExtra: true, overwrite: true };
  const request = { snapshot: world.before, selection: { type: 'everything' }, options };
  const touched = [{ org: 1, kind: 'dashboard', uid: world.deleted, did: 'created', mark: 'x' }];
  const forged = { ...run, kind: 'backup', status: 'running', request, touched };
  writeFileSync(join(world.service.directory, `target/runs/${id}.json`), JSON.stringify(forged));
  const { json } = await world.service.call('GET', `/runs/${id}`);
  expect(json).toMatchObject({ kind: 'restore', status: 'interrupted' });
  expect(json).not.toHaveProperty('request');
  expect(json).not.toHaveProperty('touched');
});

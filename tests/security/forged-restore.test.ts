import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunRecord } from '../../pkg/contract/runs.ts';
import { idIn } from '../support/repository/forger.ts';
import { deletedDashboard, type DeletedDashboard } from './support/deleted-dashboard.ts';

/** The holder of the write key puts down restores that never were. */
let world: DeletedDashboard;

beforeAll(async () => {
  world = await deletedDashboard();
});
afterAll(() => world?.close());

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
  const runs = join(world.service.directory, 'target/runs');
  mkdirSync(runs, { recursive: true });
  writeFileSync(join(runs, `${id}.json`), JSON.stringify({ ...restore, ...more }));
  return id;
}

it('hides nothing that was deleted', async () => {
  const touched = [{ org: 1, kind: 'dashboard' as const, uid: world.deleted, did: 'created' as const, mark: 'x' }];
  plant({ status: 'complete', touched });
  expect(await world.shownDeleted()).toEqual([world.deleted]);
});

it('offers nothing to be finished or undone', async () => {
  const options = { deleteExtra: true, overwrite: true };
  const request = { snapshot: world.before, selection: { type: 'everything' }, options };
  const id = plant({ status: 'interrupted', planned: 5, snapshot: world.before, source: world.before, request });
  const { status, json } = await world.service.call('GET', `/runs/${id}`);
  expect(status).toBe(200);
  expect(json).toMatchObject({ undoable: false });
  expect(json).not.toHaveProperty('request');
});

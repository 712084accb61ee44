import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DashkeepError, failureText } from '../../pkg/contract/errors.ts';
import { silentLog } from '../../pkg/contract/ports.ts';
import { reason } from '../../pkg/contract/reasons/catalogue.ts';
import type { RunRecord } from '../../pkg/contract/runs.ts';
import { writeEnd } from '../../pkg/engine/runs.ts';
import { basicCredentials } from '../../pkg/grafana/http/credentials.ts';
import { runBackup } from '../../pkg/operations/backup.ts';
import { executeRun, type RunEnd } from '../../pkg/operations/run.ts';
import { ForwardingStore } from '../../pkg/storage/decorators/forwarding.ts';
import type { PutOptions, PutResult } from '../../pkg/storage/store.ts';
import { openBench, type Bench } from '../engine/harness.ts';
import { call } from '../simulator/http.ts';
import { hastyClock } from '../support/fast-clock.ts';
import { realRandomness } from '../support/ports.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';

const ID = '20260501T100000Z-00000001';
let bench: Bench;
let aborting: AbortController;
let arrives: boolean | 'changed';

/** Another replica takes over while the manifest is under way. */
class TakenOver extends ForwardingStore {
  override async put(key: string, body: Buffer, options?: PutOptions): Promise<PutResult> {
    const isManifest = /^snapshots\/[^/]+\.json\.gz$/.test(key);
    const given = isManifest && arrives === 'changed' ? changed(body) : body;
    const result = !isManifest || arrives !== false ? await super.put(key, given, options) : undefined;
    if (isManifest) {
      aborting.abort(new Error('this replica no longer leads'));
    }
    if (result === undefined || isManifest) {
      throw aborting.signal.reason;
    }
    return result;
  }
}

/** A manifest as somebody left it who can write to the target, and has no key. */
function changed(body: Buffer): Buffer {
  return gzipSync(gunzipSync(body).toString('utf8').replace('"trigger":"manual"', '"trigger":"scheduled"'));
}

beforeEach(async () => {
  aborting = new AbortController();
  bench = await openBench({ profile: '12.4' }, new TakenOver(new MemoryStore()));
});
afterEach(() => bench.close());

const begun: RunRecord = {
  id: ID,
  kind: 'backup',
  status: 'running',
  trigger: 'manual',
  started: '2026-05-01T10:00:00.000Z',
  counts: {},
  errors: [],
};

function backup(): Promise<RunEnd<unknown>> {
  const { repository, grafana } = bench;
  const ports = { clock: hastyClock, randomness: realRandomness, log: silentLog };
  const given = async (): Promise<string> => 'admin';
  const link = { ...ports, url: grafana.url, orgs: 'all' as const, orgCredentials: () => new Map() };
  const session = {
    ...{ ...ports, repository, version: 'test' },
    grafana: () => ({ ...link, credentials: () => basicCredentials(given, given) }),
  };
  const keep = (record: Parameters<typeof repository.writeRun>[0]): Promise<void> => repository.writeRun(record);
  return executeRun(begun, { ...ports, keep, signal: aborting.signal }, (run) =>
    runBackup(session, { plainCopies: false }, run),
  );
}

it('a backup that was interrupted after its manifest arrived is complete, with its snapshot', async () => {
  arrives = true;
  expect((await backup()).record).toMatchObject({ status: 'complete', snapshot: ID });
  expect((await bench.repository.snapshots()).map(({ id }) => id)).toEqual([ID]);
});

it('a manifest that somebody else put there ends no backup', async () => {
  arrives = 'changed';
  const { record } = await backup();
  expect(record).toMatchObject({ status: 'interrupted' });
  expect(record.snapshot).toBeUndefined();
});

it('a backup that was interrupted before its manifest arrived is interrupted', async () => {
  arrives = false;
  const { record } = await backup();
  expect(record).toMatchObject({ status: 'interrupted' });
  expect(record.snapshot).toBeUndefined();
});

it('a backup whose process ended after its manifest arrived is recorded as complete, also for each organization', async () => {
  arrives = true;
  expect((await call(bench.grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' })).status).toBe(200);
  const { counts, errors, orgs } = (await backup()).record;
  const failure = { code: 'DK_INTERRUPTED', message: 'its process ended', hint: 'Start the run again.' };
  const cut: RunRecord = { ...begun, status: 'interrupted', finished: '2026-05-01T10:01:00.000Z', failure };
  const { repository } = bench;
  const absent = async (): Promise<undefined> => undefined;
  const { stored, trust } = repository;
  const asLeft = { trust, run: absent, writeRun: async () => undefined, stored: stored.bind(repository) };
  const known = await writeEnd(asLeft, cut);
  const { bytes: _, ...counted } = counts;
  expect(known).toMatchObject({ status: 'complete', snapshot: ID, counts: counted, errors });
  expect(counted['listed']).toBeGreaterThan(0);
  expect(known.failure).toBeUndefined();
  // What is new is known only by the snapshot before.
  const ofOrgs = orgs?.map((one) => {
    const { stored: _1, reused: _2, bytes: _3, ...rest } = one.counts;
    return { ...one, counts: rest };
  });
  expect(ofOrgs).toHaveLength(2);
  expect(known.orgs).toEqual(ofOrgs);
  const other = { ...cut, id: '20260501T100000Z-00000002' };
  expect(await writeEnd(asLeft, other)).toEqual(other);
});

it('a restore whose process ended before it changed anything is to be started again, and not undone', async () => {
  const { repository } = bench;
  const advice = reason('finish-or-undo-run', { run: ID });
  const failure = failureText(new DashkeepError('DK_INTERRUPTED', 'its process ended', { advice }));
  const finished = '2026-05-01T10:01:00.000Z';
  const cut: RunRecord = { ...begun, kind: 'restore', status: 'interrupted', finished, failure };
  const touched = [{ org: 1, kind: 'folder', uid: 'a', did: 'created' }] as const;
  const hint = async (kept: Partial<RunRecord> | undefined, more: Partial<RunRecord> = {}) => {
    const record = { ...begun, kind: 'restore', status: 'running', ...kept } as const;
    const run = async () => kept && { record, author: { trusted: true, mismatch: false } };
    const trust = Object.assign(Object.create(repository.trust), { counts: () => true });
    const left = { trust, run, writeRun: async () => undefined, stored: repository.stored.bind(repository) };
    return (await writeEnd(left, { ...cut, ...more })).failure?.hint;
  };
  for (const kept of [undefined, {}, { touched: [], planned: 4 }]) {
    expect(await hint(kept)).toMatch(/^Start the run again\./);
  }
  expect(await hint({ touched: [...touched] })).toMatch(/^Finish it or undo it\./);
  // What it changed is only in the repository of the connection.
  expect(await hint(undefined, { connection: 'stage' })).toMatch(/^Finish it or undo it\./);
});

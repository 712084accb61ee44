import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SnapshotSummary } from '../../pkg/contract/manifest.ts';
import { compactTime } from '../../pkg/repository/layout.ts';
import { verify } from '../../pkg/repository/verify/verify.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import type { ObjectInfo } from '../../pkg/storage/store.ts';
import { backup, open, SeededRandomness, TestClock, type World } from '../support/repository/repository.ts';

const HOUR = 3_600_000;
const INDEX = 'cache/snapshots.json.gz';
const PAGE = 1000;

/** Counts as a bucket does: a listing is one request for each thousand names. */
class CountingStore extends MemoryStore {
  requests: string[] = [];

  override get(...call: Parameters<MemoryStore['get']>): ReturnType<MemoryStore['get']> {
    this.requests.push(`get ${call[0]}`);
    return super.get(...call);
  }

  override async *list(...call: Parameters<MemoryStore['list']>): AsyncIterable<ObjectInfo> {
    let seen = 0;
    for await (const info of super.list(...call)) {
      if (seen++ % PAGE === 0) {
        this.requests.push(`list ${call[0]}`);
      }
      yield info;
    }
  }
}

let world: World & { store: CountingStore };

beforeEach(() => {
  const clock = new TestClock();
  world = { clock, store: new CountingStore({ clock }), randomness: new SeededRandomness() };
});

/** A history of that many snapshots, two hours apart, as it looks when every one was indexed. */
async function longHistory(count: number): Promise<SnapshotSummary[]> {
  const repository = await open(world);
  const manifest = await backup(repository, world, { a: { v: 1 } });
  const signer = repository.trust.own!;
  const usual = {
    status: 'complete',
    trigger: 'manual',
    resources: 1,
    bytes: 7,
    signed: true,
    signer,
  } as const;
  const body = await world.store.get(`snapshots/${manifest.id}.json.gz`);
  const text = JSON.stringify(manifest);
  const summaries: SnapshotSummary[] = [];
  for (let n = count - 1; n > 0; n--) {
    const time = new Date(Date.parse(manifest.started) - n * 2 * HOUR);
    const id = `${compactTime(time)}-${n.toString(16).padStart(8, '0')}`;
    const old = text.replaceAll(manifest.id, id).replaceAll(manifest.started, time.toISOString());
    await world.store.put(`snapshots/${id}.json.gz`, n % 1000 === 0 ? gzipSync(old) : body);
    await world.store.put(`signatures/snapshots/${id}.json.gz.sig`, Buffer.from('signature'));
    summaries.push({ id, time: time.toISOString(), ...usual });
  }
  summaries.push({ id: manifest.id, time: manifest.started, ...usual });
  await repository.index.replace(summaries);
  return summaries.reverse();
}

describe('a history of ten thousand snapshots', () => {
  it('opens with at most three requests', async () => {
    const summaries = await longHistory(10_000);
    const repository = await open(world);
    world.store.requests = [];

    expect(await repository.snapshots()).toEqual(summaries.map((one) => ({ ...one, hold: null })));
    expect(world.store.requests.length).toBeLessThanOrEqual(3);
  });

  it('shows what others published since, wherever their clocks were', async () => {
    const summaries = await longHistory(2000);
    const index = await world.store.get(INDEX);
    const behind = { ...world, clock: new TestClock(new Date(world.clock.now().getTime() - 30 * HOUR).toISOString()) };
    const published = await backup(await open(behind), behind, { a: { v: 2 } });
    // The other one died before it could tell the index.
    await world.store.put(INDEX, index);

    const found = await (await open(world)).snapshots();
    expect(found).toHaveLength(summaries.length + 1);
    expect(found.map(({ id }) => id)).toContain(published.id);
  });

  it('costs no more than a few requests when the next backup looks for what to go on from', async () => {
    await longHistory(3000);
    const repository = await open(world);
    world.store.requests = [];
    expect((await repository.previousManifest())?.resources).toHaveLength(1);
    // The names, the signature, the manifest.
    expect(world.store.requests.length).toBeLessThanOrEqual(3);
    world.store.requests = [];
    await repository.manifest('latest');
    expect(world.store.requests.length).toBeLessThanOrEqual(3);
  });
});

describe('the index is only a cache', () => {
  async function someSnapshots(): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      ids.unshift((await backup(await open(world), world, { a: { n } })).id);
      world.clock.advance(HOUR);
    }
    return ids;
  }

  it.each([
    ['absent', (store: MemoryStore) => store.deleteMany([INDEX])],
    ['damaged', (store: MemoryStore) => store.put(INDEX, Buffer.from('junk'))],
    ['empty', (store: MemoryStore) => store.put(INDEX, Buffer.alloc(0))],
    ['not what it should be', (store: MemoryStore) => store.put(INDEX, gzipSync('{"format":1,"snapshots":{}}'))],
  ])('the history is whole when it is %s', async (_what, spoil) => {
    const ids = await someSnapshots();
    await spoil(world.store);
    expect((await (await open(world)).snapshots()).map(({ id }) => id)).toEqual(ids);
  });

  it('a snapshot that somebody removed by hand drops out', async () => {
    const ids = await someSnapshots();
    await world.store.deleteMany([`snapshots/${ids[1]}.json.gz`]);
    expect((await (await open(world)).snapshots()).map(({ id }) => id)).toEqual([ids[0], ids[2]]);
  });

  it('verify writes it again from the manifests', async () => {
    const ids = await someSnapshots();
    const lie = {
      id: ids[0],
      time: '2026-11-24T14:30:00.000Z',
      status: 'partial',
      trigger: 'manual',
      resources: 9,
      bytes: 9,
    };
    await world.store.put(INDEX, gzipSync(JSON.stringify({ format: 1, snapshots: [lie] })));
    await verify(await open(world));
    expect((await (await open(world)).snapshots())[0]).toMatchObject({ id: ids[0], status: 'complete', resources: 1 });
  });

  it('publishing does not fail because it cannot be written', async () => {
    const put = world.store.put.bind(world.store);
    world.store.put = (key, ...rest) => (key === INDEX ? Promise.reject(new Error('denied')) : put(key, ...rest));
    await someSnapshots();
    expect(await (await open(world)).snapshots()).toHaveLength(3);
  });
});

import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryStore } from '../support/stores/memory-store.ts';
import {
  backup,
  keysOf,
  open,
  recordingLog,
  SeededRandomness,
  TestClock,
  type World,
} from '../support/repository/repository.ts';

let world: World & { store: MemoryStore };

beforeEach(() => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
});

describe('a repository is opened', () => {
  it('is made where there is none, once', async () => {
    const first = await open(world);
    const second = await open(world);

    expect(second.id).toBe(first.id);
    expect(JSON.parse((await world.store.get('dashkeep.json')).toString())).toEqual({
      format: 1,
      id: first.id,
      created: '2026-11-24T14:30:00.000Z',
    });
  });

  it('is not made when reading is all that is wanted', async () => {
    await expect(open(world, { create: false })).rejects.toMatchObject({ code: 'DK_REPOSITORY_MISSING' });
    expect(await keysOf(world.store)).toEqual([]);
  });

  it('agrees on one id when two first runs race on a store that ignores conditions', async () => {
    const store = new MemoryStore({ clock: world.clock, conditionalPut: 'ignored' });
    await Promise.all([open({ ...world, store }), open({ ...world, store })]);

    const [a, b] = [await open({ ...world, store }), await open({ ...world, store })];
    expect(a.id).toBe(b.id);
  });

  it.each([
    ['a newer format', '{"format":2}'],
    ['no format', '{"id":"x"}'],
    ['something that is not an object', '[]'],
    ['null', 'null'],
  ])('refuses %s', async (_what, text) => {
    await world.store.put('dashkeep.json', Buffer.from(text));
    await expect(open(world)).rejects.toMatchObject({ code: 'DK_REPOSITORY_FORMAT' });
  });

  it('refuses a prefix that somebody else uses, and writes nothing there', async () => {
    await world.store.put('backups/velero.tar.gz', Buffer.from('x'));
    await expect(open(world)).rejects.toMatchObject({ code: 'DK_REPOSITORY_FOREIGN' });
    expect(await keysOf(world.store)).toEqual(['backups/velero.tar.gz']);
  });

  it('finds the foreign name behind a thousand plain copies', async () => {
    for (let n = 0; n < 1100; n++) {
      await world.store.put(`grafana-backups/dashboard-${n}.json`, Buffer.from('{}'));
    }
    await world.store.put('zebra.txt', Buffer.from('x'));
    await expect(open(world)).rejects.toThrow("'zebra.txt'");
  });

  it('moves in where the classic script has left its copies', async () => {
    await world.store.put('grafana-backups/dashboard-abc.json', Buffer.from('{}'));
    await open(world);
    expect(await keysOf(world.store)).toContain('dashkeep.json');
  });
});

describe('a snapshot', () => {
  const dashboards = { one: { title: 'One', panels: [] }, two: { title: 'Two' } };

  it('is readable with nothing but gunzip and sha256sum', async () => {
    const repository = await open(world);
    const { id } = await backup(repository, world, dashboards);

    const manifest = JSON.parse(gunzipSync(await world.store.get(`snapshots/${id}.json.gz`)).toString());
    const [entry] = manifest.resources;
    const body = gunzipSync(
      await world.store.get(`objects/${entry.object.slice(0, 2)}/${entry.object}.json.gz`),
    ).toString();
    expect(body).toBe('{"panels":[],"title":"One"}');
    expect(createHash('sha256').update(body).digest('hex')).toBe(entry.object);
    expect(Object.keys(manifest).at(-1)).toBe('entriesHash');
  });

  it('reads back whole through a fresh opening', async () => {
    const published = await backup(await open(world), world, dashboards);

    const reader = await open(world, { create: false });
    expect(await reader.manifest('latest')).toEqual(published);
    expect(await reader.manifest(published.id.slice(0, 20))).toEqual(published);
    expect(await reader.getObject(published.resources[1]!.object)).toBe('{"title":"Two"}');
    expect(await reader.snapshots()).toEqual([
      {
        id: published.id,
        hold: null,
        duration: 0,
        problems: 0,
        grafana: { version: published.grafana.version },
        time: published.started,
        status: 'complete',
        trigger: 'manual',
        resources: 2,
        bytes: 42,
        signed: true,
        signer: reader.trust.own,
        held: {
          orgs: [{ id: 1, name: 'Main Org.', resources: 2, bytes: 42, problems: 0 }],
          server: { resources: 0, bytes: 0, problems: 0 },
        },
      },
    ]);
  });

  it('stores nothing again that has not changed', async () => {
    await backup(await open(world), world, dashboards);
    const before = await keysOf(world.store, 'objects/');
    world.clock.advance(3_600_000);
    const puts: string[] = [];
    const put = world.store.put.bind(world.store);
    world.store.put = (key, ...rest) => {
      puts.push(key);
      return put(key, ...rest);
    };

    await backup(await open(world), world, dashboards);

    expect(await keysOf(world.store, 'objects/')).toEqual(before);
    expect(puts.filter((key) => key.startsWith('objects/'))).toEqual([]);
  });

  it('puts an object once when two resources have the same content at the same time', async () => {
    const repository = await open(world);
    const id = repository.objectId('{}');
    const results = await Promise.all([repository.putObject(id, '{}'), repository.putObject(id, '{}')]);
    expect(results.map(({ written }) => written)).toEqual([true, false]);
  });

  it('puts back a reused object that vanished while the backup ran', async () => {
    const first = await backup(await open(world), world, dashboards);
    world.clock.advance(60_000);
    await world.store.deleteMany([objectKeyOf(first.resources[0]!.object)]);

    const repository = await open(world);
    const second = await backup(repository, world, dashboards);

    expect(await repository.missingObjects(second.resources.map(({ object }) => object))).toEqual(new Set());
  });

  it('replaces an object that is there but damaged', async () => {
    const repository = await open(world);
    const id = repository.objectId('{"title":"Two"}');
    await world.store.put(objectKeyOf(id), Buffer.from('half of it'));

    await repository.putObject(id, '{"title":"Two"}');

    expect(await repository.getObject(id)).toBe('{"title":"Two"}');
  });

  it('is named by an unambiguous start of its id only', async () => {
    const repository = await open(world);
    await backup(repository, world, dashboards);
    await backup(repository, world, dashboards);

    await expect(repository.manifest('20261124')).rejects.toMatchObject({ code: 'DK_NOT_FOUND' });
    await expect(repository.manifest('')).rejects.toMatchObject({ code: 'DK_NOT_FOUND' });
    await expect(repository.manifest('../dashkeep')).rejects.toMatchObject({ code: 'DK_NOT_FOUND' });
  });

  it('is not published over another one of the same id', async () => {
    const repository = await open(world);
    const published = await backup(repository, world, dashboards);
    await expect(repository.publish({ ...published, by: 'somebody else' })).rejects.toMatchObject({
      code: 'DK_STORE_FAILED',
    });
    expect(await repository.manifest(published.id)).toEqual(published);
  });
});

describe('missing objects are found', () => {
  it.each([1, 33, 4000])('among %i, by whichever request is cheaper', async (count) => {
    const repository = await open(world);
    const ids = Array.from({ length: count }, (_, n) => createHash('sha256').update(String(n)).digest('hex'));
    for (const id of ids) {
      await world.store.put(objectKeyOf(id), Buffer.from('x'));
    }
    const gone = ids.filter((_, n) => n % 7 === 0);
    await world.store.deleteMany(gone.map(objectKeyOf));

    expect(await repository.missingObjects(ids)).toEqual(new Set(gone));
  });

  it('refuses ids that would name something else', async () => {
    const repository = await open(world);
    await expect(repository.missingObjects(['../../snapshots/x'])).rejects.toMatchObject({ code: 'DK_OBJECT_DAMAGED' });
  });
});

describe('run records', () => {
  it('come newest first', async () => {
    const repository = await open(world);
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      const id = `2026112${n}T000000Z-0000000${n}`;
      ids.unshift(id);
      await repository.writeRun({
        id,
        kind: 'backup',
        status: 'complete',
        trigger: 'manual',
        started: '2026-11-20T00:00:00.000Z',
        counts: {},
        errors: [],
      });
    }

    const first = await repository.runs({ limit: 2 });

    expect(first.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect((await repository.runs()).map(({ id }) => id)).toEqual(ids);
  });

  it('leave out one that is damaged, and say so', async () => {
    await world.store.put('runs/20261124T000000Z-00000000.json', Buffer.from('{'));
    const log = recordingLog();
    expect(await (await open(world, { log })).runs()).toEqual([]);
    expect(log.lines.join()).toContain('20261124T000000Z-00000000');
  });
});

describe('sessions', () => {
  it('are there while a run writes, and gone after', async () => {
    const repository = await open(world);
    let during: string[] = [];
    await backup(
      repository,
      world,
      {},
      { beforePublishing: async () => void (during = await keysOf(world.store, 'sessions/')) },
    );
    expect(during).toHaveLength(1);
    expect(await keysOf(world.store, 'sessions/')).toEqual([]);
  });

  it('a run that was held up for long checks every object before it publishes', async () => {
    const repository = await open(world);
    const backingUp = backup(
      repository,
      world,
      { one: { title: 'One' } },
      {
        async beforePublishing() {
          world.clock.advance(3_600_000);
          await world.store.deleteMany(await keysOf(world.store, 'objects/'));
        },
      },
    );
    await expect(backingUp).rejects.toMatchObject({ code: 'DK_OBJECT_MISSING' });
    expect(await keysOf(world.store, 'snapshots/')).toEqual([]);
  });
});

function objectKeyOf(id: string): string {
  return `objects/${id.slice(0, 2)}/${id}.json.gz`;
}

import { beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { applyForget, planForget } from '../../pkg/repository/snapshots/forget.ts';
import type { Repository } from '../../pkg/repository/repository.ts';
import { publicPem, SigningKey } from '../../pkg/repository/signing/signing-key.ts';
import { sha256Of, signStatement } from '../../pkg/repository/signing/statement.ts';
import { MemoryState } from '../../pkg/lib/state.ts';
import { verify } from '../../pkg/repository/verify/verify.ts';
import { gzipSync } from 'node:zlib';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { backup, keysOf, open, SeededRandomness, TestClock, type World } from '../support/repository/repository.ts';

/** What somebody tries who may write to the bucket, has every file of it, and knows how signatures are made. */
let world: World & { store: MemoryStore };
let first: Manifest;
let second: Manifest;
const LATER = '20261124T235959Z-f0f0f0f0';

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  first = await backup(await open(world), world, { a: { v: 1 } });
  clock.advance(3_600_000);
  second = await backup(await open(world), world, { a: { v: 2 } });
  clock.advance(3_600_000);
});

const file = (id: string): string => `snapshots/${id}.json.gz`;
const signature = (id: string): string => `signatures/${file(id)}.sig`;

/** A manifest with another id, as its own writer would have written it. */
async function forge(id: string, like = second): Promise<Buffer> {
  const body = gzipSync(JSON.stringify({ ...like, id, started: '2026-11-24T23:59:59.000Z' }));
  await world.store.put(file(id), body);
  return body;
}

async function expectForeign(id: string, repository?: Repository): Promise<void> {
  const reader = repository ?? (await open(world));
  expect((await reader.manifest('latest')).id).toBe(id === second.id ? first.id : second.id);
  expect((await reader.previousManifest())?.id).toBe(id === second.id ? first.id : second.id);
  const { problems } = await verify(reader);
  expect(problems.map(({ snapshots }) => snapshots)).toEqual([[id]]);
  const row = (await reader.snapshots()).find((snapshot) => snapshot.id === id);
  expect(row === undefined || (row.foreign === true && !row.signed)).toBe(true);
  const plan = await planForget(reader, { keepLast: 1 });
  expect(plan.forgotten.map((decision) => decision.id)).not.toContain(id);
  expect(plan.kept.filter(({ foreign }) => foreign !== true)).toHaveLength(1);
}

describe('a signature', () => {
  it('of one snapshot is none of another', async () => {
    await forge(LATER);
    await world.store.put(signature(LATER), await world.store.get(signature(second.id)));
    await expectForeign(LATER);
  });

  it('that names a trusted key which did not make it counts for nothing', async () => {
    const sha256 = sha256Of(await forge(LATER));
    const genuine = (await world.store.get(signature(second.id))).toString();
    const changed = genuine.replace(file(second.id), file(LATER)).replace(/sha256 \w+/, `sha256 ${sha256}`);
    await world.store.put(signature(LATER), Buffer.from(changed));
    await expectForeign(LATER);
  });

  it('and its snapshot, put again under a later name, bring nothing old back', async () => {
    await world.store.put(file(LATER), await world.store.get(file(first.id)));
    await world.store.put(signature(LATER), await world.store.get(signature(first.id)));
    await expectForeign(LATER);
  });

  it('of an old state is none of the same state under a later id', async () => {
    await forge(LATER, first);
    await world.store.put(signature(LATER), await world.store.get(signature(first.id)));
    await expectForeign(LATER);
  });

  it('of the same snapshot in another repository counts for nothing', async () => {
    const elsewhere = {
      ...world,
      store: new MemoryStore({ clock: world.clock }),
      randomness: new SeededRandomness('b'),
    };
    const state = new MemoryState();
    const there = await backup(await open(elsewhere, { state }), elsewhere, { a: { v: 9 } });
    for (const key of await keysOf(elsewhere.store)) {
      if (key.includes(there.id) || key.startsWith('objects/')) {
        await world.store.put(key, await elsewhere.store.get(key));
      }
    }
    const signer = (await elsewhere.store.get(signature(there.id))).toString();
    expect(signer).toContain('dashkeep signature 1');
    await expectForeign(there.id);
  });

  it('by their own key is shown as theirs', async () => {
    const key = SigningKey.make();
    const body = await forge(LATER);
    const { id: repository } = await open(world);
    const statement = signStatement({ repository, file: file(LATER), sha256: sha256Of(body) }, key);
    await world.store.put(signature(LATER), Buffer.from(statement));
    // And they hand over to themselves.
    const pub = `signatures/trust/${key.fingerprint}.pub`;
    const pem = publicPem(key.publicKey);
    await world.store.put(pub, Buffer.from(pem));
    const handOver = signStatement({ repository, file: pub, sha256: sha256Of(pem) }, key);
    await world.store.put(`${pub}.sig`, Buffer.from(handOver));
    await expectForeign(LATER);
    expect((await (await open(world)).snapshots())[0]).toMatchObject({ id: LATER, signer: key.fingerprint });
  });

  it('does not fit what was changed after it', async () => {
    await world.store.put(file(second.id), gzipSync(JSON.stringify({ ...second, by: 'nobody' })));
    await world.store.deleteMany(['cache/snapshots.json.gz']);
    await expectForeign(second.id);
    expect((await verify(await open(world))).problems[0]!.reason).toContain('forged');
  });

  it('that is taken away takes the snapshot out of everything that counts', async () => {
    await world.store.deleteMany([signature(second.id), 'cache/snapshots.json.gz']);
    await expectForeign(second.id);
  });
});

describe('the trust of who signed here before', () => {
  it('does not begin again when all signatures are taken away', async () => {
    for (const key of await keysOf(world.store, 'signatures/')) {
      await world.store.deleteMany([key]);
    }
    await world.store.deleteMany(['cache/snapshots.json.gz']);
    await forge(LATER);
    const repository = await open(world);
    world.clock.advance(3_600_000);
    const next = await backup(repository, world, { a: { v: 3 } });
    const rows = await (await open(world)).snapshots();
    expect(rows.filter(({ signed }) => signed).map(({ id }) => id)).toEqual([next.id]);
    expect(await keysOf(world.store, 'signatures/trust/')).toEqual([`signatures/trust/${repository.trust.own}.pub`]);
  });

  it('does not go over to another repository that is put in its place', async () => {
    for (const key of [...(await keysOf(world.store, 'signatures/')), 'cache/snapshots.json.gz']) {
      await world.store.deleteMany([key]);
    }
    const config = JSON.parse((await world.store.get('dashkeep.json')).toString()) as object;
    await world.store.put('dashkeep.json', Buffer.from(JSON.stringify({ ...config, id: 'f0'.repeat(16) })));
    await forge(LATER);
    await expect(open(world)).rejects.toMatchObject({ code: 'DK_REPOSITORY_REPLACED' });
    const rows = await (await open(world, { create: false })).snapshots();
    expect(rows.filter(({ signed }) => signed)).toEqual([]);
    expect(rows.find(({ id }) => id === LATER)).toMatchObject({ signed: false, foreign: true });
  });
});

describe('an index of snapshots that somebody forged', () => {
  it.each(['unsigned', 'signed by their own key', 'a copy of another file'])('%s, decides nothing', async (how) => {
    const row = { time: second.started, trigger: 'manual', resources: 1, bytes: 1, signed: true, hold: null };
    const { own } = (await open(world)).trust;
    const snapshots = [
      { ...row, id: first.id, status: 'complete', signer: own },
      { ...row, id: second.id, status: 'partial', signer: own },
    ];
    const json = JSON.stringify({ format: 1, snapshots });
    const { id: repository } = await open(world);
    const theirs = signStatement(
      { repository, file: 'cache/snapshots.json.gz', sha256: sha256Of(json) },
      SigningKey.make(),
    );
    const statements: Record<string, string> = {
      unsigned: '',
      'signed by their own key': theirs,
      'a copy of another file': (await world.store.get(signature(second.id))).toString(),
    };
    await world.store.put('cache/snapshots.json.gz', gzipSync(`${json}\n${statements[how]}`));
    const reader = await open(world);
    const plan = await planForget(reader, { keepLast: 1 });
    expect(plan.forgotten.map(({ id }) => id)).toEqual([first.id]);
    await applyForget(reader, plan);
    expect((await reader.snapshots()).map(({ id }) => id)).toEqual([second.id]);
  });
});

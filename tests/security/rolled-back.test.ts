import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryState } from '../../pkg/lib/state.ts';
import { MAX_RECORD_BYTES } from '../../pkg/repository/objects/codec.ts';
import { acceptRepository } from '../../pkg/repository/signing/accept.ts';
import { verifyOutcome } from '../../pkg/operations/verify.ts';
import { holdSnapshot } from '../../pkg/repository/holds/holds.ts';
import { RememberedTarget } from '../../pkg/repository/signing/remembered-target.ts';
import { applyForget, deleteSnapshot, planForget } from '../../pkg/repository/snapshots/forget.ts';
import { verify } from '../../pkg/repository/verify/verify.ts';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { silentLog } from '../../pkg/contract/ports.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import {
  backup,
  keysOf,
  open,
  SeededRandomness,
  stateOf,
  TestClock,
  type World,
} from '../support/repository/repository.ts';

/** Someone who may write to the bucket takes something away from it. What is left is sound, and no error by itself. */
let world: World & { store: MemoryStore };
let first: Manifest;
let second: Manifest;

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  first = await backup(await open(world), world, { a: { v: 1 } });
  clock.advance(3_600_000);
  second = await backup(await open(world), world, { a: { v: 2 } });
  clock.advance(3_600_000);
});

async function remove(...prefixes: string[]): Promise<void> {
  for (const prefix of [...prefixes, 'cache/']) {
    await world.store.deleteMany(await keysOf(world.store, prefix));
  }
}

async function codes(): Promise<string[]> {
  return (await verify(await open(world, { create: false }))).problems.map(({ code }) => code);
}

async function accept(): Promise<void> {
  const { id } = await open(world);
  await acceptRepository({ ...world, log: silentLog, state: stateOf(world.store) }, id);
}

it.each([
  ['the newest snapshot', 'DK_SNAPSHOT_LOST', () => [`snapshots/${second.id}`, `signatures/snapshots/${second.id}`]],
  ['all signatures', 'DK_SIGNATURES_MISSING', () => ['signatures/']],
])('without %s, each verification says so until a person accepts it, and backups go on', async (_what, code, gone) => {
  await remove(...gone());
  const before = await verify(await open(world, { create: false }));
  expect(before.problems.some((one) => one.code === code || one.snapshots.includes(second.id))).toBe(true);
  const repository = await open(world);
  const next = await backup(repository, world, { a: { v: 3 } });
  expect((await (await open(world)).manifest('latest')).id).toBe(next.id);
  expect((await (await open(world)).inspect()).all).toMatchObject([{ code }]);
  await accept();
  expect((await (await open(world)).inspect()).all).toEqual([]);
});

it('a newest snapshot that its hold brings back stays reported as removed, until a person accepts it', async () => {
  await holdSnapshot(await open(world), second.id, { note: 'audit' }, world);
  await remove(`snapshots/${second.id}`, `signatures/snapshots/${second.id}`);
  const repository = await open(world);
  await (await repository.openSession({ id: '20261124T163000Z-00000000', kind: 'backup' })).end();
  expect((await (await open(world)).manifest('latest')).id).toBe(second.id);
  expect((await (await open(world)).inspect()).all).toMatchObject([{ code: 'DK_SNAPSHOT_LOST' }]);
  await accept();
  expect((await (await open(world)).inspect()).all).toEqual([]);
});

it('a backup after a rollback goes on from nothing that is left', async () => {
  await remove(`snapshots/${second.id}`, `signatures/snapshots/${second.id}`);
  const repository = await open(world);
  const session = await repository.openSession({ id: '20261124T163000Z-00000000', kind: 'backup' });
  expect(await repository.previousManifest()).toBeUndefined();
  await session.end();
});

it.each([
  ['junk', Buffer.from('junk')],
  ['a file that is too large', Buffer.alloc(MAX_RECORD_BYTES + 1, ' ')],
])('%s in place of the configuration stops nothing where the repository is known', async (_what, body) => {
  await world.store.put('dashkeep.json', body);
  expect((await (await open(world, { create: false })).manifest('latest')).id).toBe(second.id);
  const next = await backup(await open(world), world, { a: { v: 3 } });
  expect((await (await open(world, { create: false, state: new MemoryState() })).manifest('latest')).id).toBe(next.id);
  expect(await codes()).toEqual([]);
});

it('a file beside a signed snapshot does not hide it', async () => {
  await world.store.put(`snapshots/${second.id}.json.gz.age`, Buffer.from('junk'));
  const reader = await open(world, { create: false });
  expect((await reader.manifest('latest')).id).toBe(second.id);
  expect((await reader.manifest(second.id)).resources).toEqual(second.resources);
  expect((await reader.previousManifest())?.id).toBe(second.id);
});

it('an older snapshot whose signature was removed fails the next verification, as the service runs it too', async () => {
  await remove(`signatures/snapshots/${first.id}`);
  const { status, warnings } = verifyOutcome(await verify(await open(world, { create: false })));
  expect(status).toBe('failed');
  expect(warnings).toEqual([expect.stringContaining(first.id)]);
});

it('a newest snapshot that was changed is a finding', async () => {
  await world.store.put(`snapshots/${second.id}.json.gz`, Buffer.from('junk'));
  expect((await (await open(world, { create: false })).inspect()).all).toMatchObject([
    { code: 'DK_SIGNATURES_MISSING' },
  ]);
});

describe('a signature of the newest snapshot that comes back', () => {
  const key = () => `signatures/snapshots/${second.id}.json.gz.sig`;
  const cut = (text: string) => text.slice(0, 100);
  const forged = (text: string) =>
    text.replace(/\nsignature (.)/, (_all, one) => `\nsignature ${one === 'A' ? 'B' : 'A'}`);
  const ofAnother = (text: string) => text.replaceAll(second.id, first.id);

  async function codesAfter(...changes: ((text: string) => string | undefined)[]): Promise<string[]> {
    const text = (await world.store.get(key())).toString('latin1');
    for (const change of changes) {
      const changed = change(text);
      await (changed === undefined
        ? world.store.deleteMany([key()])
        : world.store.put(key(), Buffer.from(changed, 'latin1')));
      expect((await (await open(world)).inspect()).all).toMatchObject([{ code: 'DK_SIGNATURES_MISSING' }]);
    }
    // The next backup is in order, and the alarm stays nevertheless.
    await backup(await open(world), world, { a: { v: 3 } });
    expect((await (await open(world)).inspect()).all).toMatchObject([{ code: 'DK_SIGNATURES_MISSING' }]);
    await world.store.put(key(), Buffer.from(text, 'latin1'));
    return (await (await open(world)).inspect()).all.map((one) => one.code);
  }

  it('after it was read in part ends the alarm', async () => {
    expect(await codesAfter(cut)).toEqual([]);
    expect(await codes()).toEqual([]);
  });

  it.each([
    ['was missing', [() => undefined]],
    ['was wrong', [forged]],
    ['was of another snapshot', [ofAnother]],
    ['was cut off, then missing', [cut, () => undefined]],
    ['was cut off, then wrong', [cut, forged]],
    ['was wrong, then cut off', [forged, cut]],
  ])('after it %s does not end it', async (_what, changes) => {
    expect(await codesAfter(...changes)).toEqual(['DK_SIGNATURES_MISSING']);
    await accept();
    expect(await codes()).toEqual([]);
  });
});

describe('an emptied target', () => {
  let files: [string, Buffer][];
  beforeEach(async () => {
    const keys = await keysOf(world.store);
    files = await Promise.all(keys.map(async (key): Promise<[string, Buffer]> => [key, await world.store.get(key)]));
    await world.store.deleteMany(keys);
  });

  it('is no finding any more once its newest snapshot is back', async () => {
    const found = async () => (await (await open(world)).inspect()).all.map(({ code }) => code);
    expect(await found()).toEqual(['DK_REPOSITORY_EMPTIED']);
    const isOfNewest = ([key]: [string, Buffer]) => key.includes(second.id);
    for (const [key, bytes] of files.filter((file) => !isOfNewest(file))) {
      await world.store.put(key, bytes);
    }
    expect(await found()).toContain('DK_REPOSITORY_EMPTIED');
    for (const [key, bytes] of files.filter(isOfNewest)) {
      await world.store.put(key, bytes);
    }
    expect(await found()).toEqual([]);
  });

  it('is no empty history for those who look', async () => {
    await expect(open(world, { create: false })).rejects.toMatchObject({ code: 'DK_REPOSITORY_EMPTIED', exit: 4 });
  });

  it('is written to under the same id and key, and stays a finding', async () => {
    const { id } = await backup(await open(world), world, { a: { v: 2 } });
    const repository = await open(world, { create: false });
    expect(await repository.snapshots()).toMatchObject([{ id, signed: true }]);
    expect(await codes()).toEqual(['DK_REPOSITORY_EMPTIED']);
    const reader = await open(world, { create: false, state: new MemoryState(), trustedKeys: [repository.trust.own!] });
    expect((await verify(reader)).problems).toEqual([]);
  });

  it('is green again once a person accepts it', async () => {
    await expect(
      acceptRepository({ ...world, log: silentLog, state: stateOf(world.store) }, 'f'.repeat(32)),
    ).rejects.toMatchObject({ code: 'DK_USAGE' });
    const known = await new RememberedTarget(stateOf(world.store), world.store.description).read();
    await acceptRepository({ ...world, log: silentLog, state: stateOf(world.store) }, known!.repository);
    await backup(await open(world), world, { a: { v: 2 } });
    expect(await codes()).toEqual([]);
  });
});

describe('what was removed from here is no finding', () => {
  it('by retention, of any snapshot', async () => {
    const repository = await open(world);
    await applyForget(repository, await planForget(repository, { keepLast: 1 }));
    expect(await codes()).toEqual([]);
  });

  it('by name, of the newest', async () => {
    await deleteSnapshot(await open(world), second.id, { evenNewest: true });
    expect(await codes()).toEqual([]);
    expect((await (await open(world)).manifest('latest')).id).toBe(first.id);
  });

  it('of several, the next newest that a trusted key signed is remembered, and its loss is a finding', async () => {
    const later = '20261124T160000Z-f0f0f0f0';
    const third = await backup(await open(world), world, { a: { v: 3 } });
    await world.store.put(`snapshots/${later}.json.gz`, await world.store.get(`snapshots/${second.id}.json.gz`));
    await deleteSnapshot(await open(world), third.id, { evenNewest: true });
    await remove(`snapshots/${second.id}`, `signatures/snapshots/${second.id}`);
    expect((await (await open(world)).inspect()).all).toMatchObject([
      { code: 'DK_SNAPSHOT_LOST', params: { snapshot: second.id } },
    ]);
  });

  it('but could not be removed, is remembered as before', async () => {
    world.store.deleteMany = async (keys) => keys.map((key) => ({ key, problem: { code: 'locked', message: '' } }));
    await expect(deleteSnapshot(await open(world), second.id, { evenNewest: true })).rejects.toMatchObject({
      code: 'DK_STORE_LOCKED',
    });
    const known = await new RememberedTarget(stateOf(world.store), world.store.description).read();
    expect(known?.newest).toBe(second.id);
  });

  it('by a key that is no longer trusted', async () => {
    const repository = await open(world);
    const before = repository.trust.own!;
    await repository.trust.signing.rotate();
    await (await open(world)).trust.keys.unpin(before);
    expect((await (await open(world)).inspect()).all).toEqual([]);
  });

  it('by another machine, when it has backed up since', async () => {
    const other = new MemoryState();
    const there = await open(world, { state: other, trustedKeys: [(await open(world)).trust.own!] });
    const third = await backup(there, world, { a: { v: 3 } });
    await applyForget(there, await planForget(there, { keepLast: 1 }));
    const here = await open(world, { trustedKeys: [there.trust.own!] });
    expect((await here.inspect()).all).toEqual([]);
    expect((await here.manifest('latest')).id).toBe(third.id);
  });
});

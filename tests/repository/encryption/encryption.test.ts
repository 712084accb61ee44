import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { generateHybridIdentity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { reason } from '../../../pkg/contract/reasons/catalogue.ts';
import { applyForget, planForget } from '../../../pkg/repository/snapshots/forget.ts';
import { applyPrune, planPrune } from '../../../pkg/repository/prune/prune.ts';
import { DirectoryState, MemoryState } from '../../../pkg/lib/state.ts';
import { verify } from '../../../pkg/repository/verify/verify.ts';
import { MemoryStore } from '../../support/stores/memory-store.ts';
import { backup, keysOf, open, recordingLog } from '../../support/repository/repository.ts';
import { alice, bob, checked, dashboards, HOUR, loseState, service, setUp, state, world } from './harness.ts';

setUp();

describe('a service that only knows recipients', () => {
  it('writes nothing that can be read without an identity', async () => {
    const repository = await service();
    await backup(repository, world, dashboards);
    await repository.writeRun({
      id: '20261124T143000Z-0000abcd',
      kind: 'backup',
      status: 'partial',
      trigger: 'manual',
      started: '2026-11-24T14:30:00.000Z',
      counts: {},
      errors: [{ org: 1, kind: 'dashboard', uid: 'one', title: 'Salaries', reason: 'no' }],
    });

    for (const key of await keysOf(world.store)) {
      const bytes = await world.store.get(key);
      expect(key === 'dashkeep.json' || key.startsWith('signatures/') || key.endsWith('.age')).toBe(true);
      const clear = key.endsWith('.gz') ? gunzipSync(bytes) : bytes;
      expect(clear.includes('Salaries')).toBe(false);
    }
    const { snapshots, problems } = await checked();
    expect(problems).toEqual([]);
    expect(snapshots[0]!.resources.get('1/dashboard/one')).toBe('{"title":"Salaries"}');
  });

  it('gives objects ids that nobody can guess from known content', async () => {
    const repository = await service();
    const other = await open(
      { ...world, store: new MemoryStore({ clock: world.clock }) },
      { recipients: [alice.recipient], state },
    );
    expect(repository.objectId('{}')).not.toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
    expect(repository.objectId('{}')).not.toBe(other.objectId('{}'));
  });

  it('recognises in the next run what has not changed', async () => {
    await backup(await service(), world, dashboards);
    const objects = await keysOf(world.store, 'objects/');
    world.clock.advance(HOUR);

    const repository = await service();
    expect((await repository.previousManifest())?.resources).toHaveLength(2);
    await backup(repository, world, dashboards);

    expect(await keysOf(world.store, 'objects/')).toEqual(objects);
  });

  it('can list, verify the structure, forget and prune, but read no content', async () => {
    const first = await backup(await service(), world, { ...dashboards, old: { v: 0 } });
    world.clock.advance(HOUR);
    await backup(await service(), world, dashboards);

    const repository = await service();
    expect(await repository.snapshots()).toHaveLength(2);
    expect((await verify(repository)).problems).toEqual([]);
    await expect(verify(repository, { readData: true })).rejects.toMatchObject({
      code: 'DK_IDENTITY_MISSING',
      hint: expect.stringContaining('DASHKEEP_AGE_IDENTITY_FILE or DASHKEEP_AGE_PASSPHRASE'),
    });
    await expect(repository.getObject(first.resources[0]!.object)).rejects.toMatchObject({
      code: 'DK_IDENTITY_MISSING',
    });
    await applyForget(repository, await planForget(repository, { keepLast: 1 }));
    world.clock.advance(48 * HOUR);
    await applyPrune(repository, await planPrune(repository), { randomness: world.randomness });
    world.clock.advance(4 * HOUR);
    expect(await applyPrune(repository, await planPrune(repository), { randomness: world.randomness })).toMatchObject({
      removed: 1,
    });
    expect((await checked()).problems).toEqual([]);
  });

  it('goes on with a new key when its state is lost, and says so', async () => {
    await backup(await service(), world, dashboards);
    loseState();
    world.clock.advance(HOUR);
    const log = recordingLog();
    const repository = await open(world, { recipients: [alice.recipient], state, log });

    await backup(repository, world, dashboards);

    expect(log.lines.join()).toContain('the local state has lost the key');
    expect(await keysOf(world.store, 'objects/')).toHaveLength(4);
    const { snapshots, problems } = await checked();
    expect(problems).toEqual([]);
    expect(snapshots).toHaveLength(2);
    // Nobody here knows what the older snapshot needs.
    await expect(planPrune(repository)).rejects.toMatchObject({ code: 'DK_PRUNE_UNSAFE' });
    const person = await open(world, { create: false, identities: [alice.identity] });
    expect((await verify(person, { readData: true })).problems).toEqual([]);
  });

  it('refuses to go on when encrypting fails, and stores nothing in the clear', async () => {
    await expect(open(world, { recipients: ['age1nonsense'], state })).rejects.toMatchObject({ code: 'DK_ENCRYPTION' });
    const mistyped = alice.recipient.slice(0, -1) + (alice.recipient.endsWith('q') ? 'p' : 'q');
    await expect(open(world, { recipients: [mistyped], state })).rejects.toMatchObject({ code: 'DK_ENCRYPTION' });
    const mixedUp: unknown = await open(world, { recipients: [alice.identity], state }).catch(
      (error: unknown) => error,
    );
    expect(mixedUp).toMatchObject({ code: 'DK_ENCRYPTION', message: expect.stringContaining('AGE-SECRET-KEY-1…') });
    expect(inspect(mixedUp)).not.toContain(alice.identity.slice(16, 22));
    expect((await keysOf(world.store)).filter((key) => key !== 'dashkeep.json')).toEqual([]);
  });

  it('never writes plainly into an encrypted repository because a setting was lost', async () => {
    await backup(await service(), world, dashboards);
    const careless = await open(world, { state: new MemoryState() });
    await expect(backup(careless, world, dashboards)).rejects.toMatchObject({ code: 'DK_ENCRYPTION' });
    expect((await keysOf(world.store, 'objects/')).every((key) => key.endsWith('.age'))).toBe(true);
  });
});

it('says once how many records of runs a person without an identity cannot read', async () => {
  const repository = await service();
  await backup(repository, world, dashboards);
  for (const id of ['20261124T143000Z-0000abcd', '20261124T143001Z-0000abcd']) {
    const started = '2026-11-24T14:30:00.000Z';
    await repository.writeRun({
      id,
      kind: 'backup',
      status: 'complete',
      trigger: 'manual',
      started,
      counts: {},
      errors: [],
    });
  }
  const log = recordingLog();
  const person = await open(world, { create: false, state: new MemoryState(), log });

  expect(await person.runs({ limit: 50 })).toEqual([]);

  expect(log.lines.filter((line) => /runs? cannot be read/.test(line))).toEqual([expect.stringContaining('"runs":2')]);
});

describe('a person with an identity', () => {
  it('reads everything from the bucket alone, and writes what the same identity can read', async () => {
    const writer = await service();
    const manifest = await backup(writer, world, dashboards);
    world.clock.advance(HOUR);
    const trustedKeys = [writer.trust.own!];
    const person = await open(world, { identities: [`# created: today\n${alice.identity}\n`], trustedKeys });

    expect(await person.manifest('latest')).toEqual(manifest);
    expect(await person.getObject(manifest.resources[0]!.object)).toBe('{"title":"Salaries"}');
    await backup(person, world, dashboards);

    expect(await keysOf(world.store, 'objects/')).toHaveLength(2);
    expect((await checked()).problems).toEqual([]);
  });

  it('with the wrong one gets an error that says so', async () => {
    const { id } = await backup(await service(), world, dashboards);
    const stranger = await open(world, { identities: [bob.identity] });
    await expect(stranger.manifest(id)).rejects.toMatchObject({ code: 'DK_IDENTITY_MISSING' });
    await expect(stranger.snapshots()).rejects.toMatchObject({
      code: 'DK_IDENTITY_MISSING',
      advice: reason('correct-identity'),
    });
    await expect(open(world, { identities: ['AGE-SECRET-KEY-1SECRETNONSENSE'] })).rejects.toThrow(
      /^(?!.*SECRETNONSENSE)/,
    );
  });

  it('finds out when somebody with the write key has forged a manifest', async () => {
    const repository = await service();
    const manifest = await backup(repository, world, dashboards);
    world.clock.advance(HOUR);
    const forger = await open(world, { recipients: [alice.recipient], state: new MemoryState() });
    // The forger's own key file is thrown away: only the true writers' key is left to check by.
    await backup(forger, world, { one: { title: 'Forged' } });
    const forgerKeys = (await keysOf(world.store, 'keys/')).filter(
      (key) => !key.includes(repository.keyring.current!.id),
    );
    await world.store.deleteMany(forgerKeys);

    const person = await open(world, { create: false, identities: [alice.identity] });
    expect(await person.manifest(manifest.id)).toEqual(manifest);
    await expect(person.manifest('latest')).rejects.toMatchObject({ code: 'DK_MANIFEST_DAMAGED' });
  });
});

describe('recipients', () => {
  it('of the post-quantum kind work beside ordinary ones', async () => {
    const identity = await generateHybridIdentity();
    const recipients = [alice.recipient, await identityToRecipient(identity)];
    await backup(await service(recipients), world, dashboards);
    for (const one of [alice.identity, identity]) {
      expect((await checked([one])).problems).toEqual([]);
    }
  });
});

describe('a mixed repository', () => {
  it('is readable before and after encryption was switched on', async () => {
    const plain = await backup(await open(world, { state }), world, dashboards);
    world.clock.advance(HOUR);
    const sealed = await backup(await service(), world, dashboards);

    const person = await open(world, { identities: [alice.identity], state });
    for (const manifest of [plain, sealed]) {
      expect(await person.manifest(manifest.id)).toEqual(manifest);
      expect(await person.getObject(manifest.resources[0]!.object)).toBe('{"title":"Salaries"}');
    }
    expect(await verify(person, { readData: true })).toMatchObject({ snapshots: 2, objects: 4, problems: [] });
    expect(sealed.resources.map(({ object }) => object)).not.toContain(plain.resources[0]!.object);
    expect((await checked()).problems).toEqual([]);
  });

  it('never takes a plain snapshot for the one to go on from', async () => {
    await backup(await open(world), world, dashboards);
    expect(await (await service()).previousManifest()).toBeUndefined();
  });
});

describe('the local state in a directory', () => {
  it('can be read by its owner only, and is replaced whole', async () => {
    const directory = join(mkdtempSync(join(tmpdir(), 'dashkeep-state-')), 'inner');
    const here = new DirectoryState(directory);
    expect(await here.get('a')).toBeUndefined();
    await here.set('a', Buffer.from('one'));
    await here.set('a', Buffer.from('two'));

    expect((await here.get('a'))?.toString()).toBe('two');
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, 'a')).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['a']);
    await here.delete('a');
    expect(await here.get('a')).toBeUndefined();
    await expect(here.get('../a')).rejects.toMatchObject({ code: 'DK_INTERNAL' });
    rmSync(join(directory, '..'), { recursive: true });
  });
});

import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../pkg/contract/ports.ts';
import type { Manifest } from '../../../pkg/contract/manifest.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { keyFile, recipientSet } from '../../../pkg/repository/encryption/key-files.ts';
import { rewrap } from '../../../pkg/repository/encryption/rotate.ts';
import { backup, keysOf, open } from '../../support/repository/repository.ts';
import { alice, bob, dashboards, HOUR, loseState, service, setUp, state, world } from './harness.ts';

setUp();

/** Reads every object of a snapshot on a machine that has nothing but an identity. */
async function expectReadable(identity: string, { id }: Manifest): Promise<void> {
  const { trusted } = (await service()).trust.keys;
  const laptop = { create: false, identities: [identity], trustedKeys: [...trusted], state: new MemoryState() };
  const reader = await open(world, laptop);
  const { resources } = await reader.manifest(id);
  expect(resources).toHaveLength(Object.keys(dashboards).length);
  await Promise.all(resources.map(({ object }) => reader.getObject(object)));
}

describe('another recipient than that of the earlier backups', () => {
  it('is refused by a machine that has no key of the repository, before anything is written', async () => {
    await backup(await service(), world, dashboards);
    loseState();
    const before = await keysOf(world.store);
    await expect(service([bob.recipient])).rejects.toMatchObject({
      code: 'DK_ENCRYPTION',
      advice: { code: 'same-recipients' },
    });
    expect(await keysOf(world.store)).toEqual(before);
  });

  it('is taken with an identity that reads the repository', async () => {
    await backup(await service(), world, dashboards);
    loseState();
    const both = { recipients: [bob.recipient], identities: [alice.identity], state };
    expect((await backup(await open(world, both), world, dashboards)).status).toBe('complete');
  });

  it('stores all again for it, under another key, so that new snapshots are readable with its identity', async () => {
    const first = await backup(await service(), world, dashboards);
    const before = new Map<string, Buffer>();
    for (const key of await keysOf(world.store, 'objects/')) {
      before.set(key, await world.store.get(key));
    }
    world.clock.advance(HOUR);
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (_facts: object, text: string) => void warnings.push(text) };
    const changed = () => open(world, { recipients: [bob.recipient], state, log });
    const second = await backup(await changed(), world, dashboards);
    expect(second.status).toBe('complete');
    expect(warnings).toEqual([expect.stringMatching(/^none of the age recipients can read the existing objects/)]);
    await expectReadable(bob.identity, second);
    for (const [key, bytes] of before) {
      expect(await world.store.get(key)).toEqual(bytes);
    }
    await expectReadable(alice.identity, first);

    world.clock.advance(HOUR);
    const objects = await keysOf(world.store, 'objects/');
    const third = await backup(await changed(), world, dashboards);
    expect(await keysOf(world.store, 'objects/')).toEqual(objects);
    await expectReadable(bob.identity, third);
    expect(warnings).toHaveLength(1);
    expect((await (await changed()).snapshots()).map(({ id }) => id)).toEqual([third.id, second.id, first.id]);
  });

  it('goes back to the earlier key with the earlier recipient', async () => {
    const { keyring } = await service();
    await backup(await service(), world, dashboards);
    await backup(await service([bob.recipient]), world, dashboards);
    expect((await service()).keyring.current).toEqual(keyring.current);
    expect((await service([bob.recipient])).keyring.current).not.toEqual(keyring.current);
  });

  it('goes on under the same key beside an earlier recipient, and knows until a rewrap who cannot read it', async () => {
    const { keyring } = await service();
    await backup(await service(), world, dashboards);
    const both = [alice.recipient, bob.recipient];
    for (let run = 0; run < 2; run++) {
      const repository = await service(both);
      await backup(repository, world, dashboards);
      expect(repository.keyring).toMatchObject({ current: keyring.current, latecomers: [bob.recipient] });
    }
    // Alone, it can still not read what was stored first.
    const alone = await service([bob.recipient]);
    expect(alone.keyring.current).not.toEqual(keyring.current);
    await rewrap(await open(world, { recipients: both, identities: [alice.identity], state }), world);
    expect((await service(both)).keyring.latecomers).toEqual([]);
    expect((await service([bob.recipient])).keyring.latecomers).toEqual([]);
  });

  it('is not trusted to read what an earlier release stored, which kept no record of it', async () => {
    await backup(await service(), world, dashboards);
    const name = `repository-${(await service()).id}`;
    const { earlier: _, readers: __, ...local } = JSON.parse((await state.get(name))!.toString());
    const [file] = await keysOf(world.store, 'keys/');
    // As that release left it after a change of the recipients.
    await state.set(name, Buffer.from(JSON.stringify({ ...local, wrappedFor: recipientSet([bob.recipient]) })));
    await world.store.put(keyFile(local.key.id, [bob.recipient]), await world.store.get(file!));
    const second = await backup(await service([bob.recipient]), world, dashboards);
    await expectReadable(bob.identity, second);
  });

  it('is recognized by a person with the earlier identity', async () => {
    const first = await service();
    await backup(first, world, dashboards);
    const trustedKeys = [first.trust.own!];
    const own = { identities: [alice.identity], trustedKeys, state: new MemoryState() };
    const both = await open(world, { ...own, recipients: [alice.recipient, bob.recipient] });
    expect(both.keyring).toMatchObject({ current: first.keyring.current, latecomers: [bob.recipient] });
    const other = await open(world, { ...own, state: new MemoryState(), recipients: [bob.recipient] });
    expect(other.keyring.current).not.toEqual(first.keyring.current);
  });

  it('is refused by a rewrap without an identity, which would leave the earlier key to nobody', async () => {
    const first = await service();
    await backup(first, world, dashboards);
    const files = await keysOf(world.store, 'keys/');
    for (const recipients of [[bob.recipient], [alice.recipient, bob.recipient]]) {
      const without = open(world, { recipients, state, create: false, rewraps: true });
      await expect(without).rejects.toMatchObject({ code: 'DK_IDENTITY_MISSING' });
    }
    expect(await keysOf(world.store, 'keys/')).toEqual(files);
    expect((await service()).keyring.current).toEqual(first.keyring.current);
  });

  it('leaves no key behind if someone only looks, and one as soon as something is written', async () => {
    const first = await service();
    await backup(first, world, dashboards);
    const name = `repository-${first.id}`;
    const [files, known] = [await keysOf(world.store), await state.get(name)];
    const looking = await open(world, { recipients: [bob.recipient], state, create: false });
    expect(await looking.snapshots()).toHaveLength(1);
    expect(await keysOf(world.store)).toEqual(files);
    expect(await state.get(name)).toEqual(known);

    // A restore, which creates a safety snapshot, opens in the same way.
    world.clock.advance(HOUR);
    await backup(looking, world, dashboards);
    const next = await service([bob.recipient]);
    expect(next.keyring.current).toEqual(looking.keyring.current);
    expect(await next.snapshots()).toHaveLength(2);
  });

  it('keeps the key of another process that wrote after this one had looked', async () => {
    await backup(await service(), world, dashboards);
    const looking = await open(world, { recipients: [bob.recipient], state, create: false });
    world.clock.advance(HOUR);
    const other = await backup(await service([bob.recipient]), world, dashboards);
    world.clock.advance(HOUR);
    const own = await backup(looking, world, dashboards);
    const next = await service([bob.recipient]);
    expect((await next.manifest(other.id)).id).toBe(other.id);
    expect((await next.manifest('latest')).id).toBe(own.id);
    await expectReadable(bob.identity, other);
    await expectReadable(bob.identity, own);
  });

  it('is taken where a first run was cut short before there was a snapshot', async () => {
    await service();
    loseState();
    expect((await backup(await service([bob.recipient]), world, dashboards)).status).toBe('complete');
  });
});

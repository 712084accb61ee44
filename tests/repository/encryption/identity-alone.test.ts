import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { keyFile } from '../../../pkg/repository/encryption/key-files.ts';
import { rewrap } from '../../../pkg/repository/encryption/rotate.ts';
import type { Repository } from '../../../pkg/repository/repository.ts';
import { backup, keysOf, open } from '../../support/repository/repository.ts';
import { alice, bob, dashboards, HOUR, loseState, service, setUp, state, world } from './harness.ts';

setUp();

const refused = { code: 'DK_ENCRYPTION', advice: { code: 'same-recipients' } };

const both = (): string[] => [alice.recipient, bob.recipient];

/** A machine with an identity alone, which trusts the service. */
async function laptop(more: object = {}): Promise<Repository> {
  const { trust } = await service(both());
  const secrets = { identities: [alice.identity], trustedKeys: [...trust.keys.trusted], state: new MemoryState() };
  return open(world, { ...secrets, create: false, ...more });
}

describe('an identity without recipients, in a repository of two', () => {
  it('makes no backup, which the second recipient could not read, and writes nothing', async () => {
    await backup(await service(both()), world, dashboards);
    const before = await keysOf(world.store);
    await expect(laptop({ create: true })).rejects.toMatchObject(refused);
    await expect(laptop({ create: true, trustedKeys: [] })).rejects.toMatchObject(refused);
    expect((await laptop()).keyring.refusal).toMatchObject(refused);
    expect(await keysOf(world.store)).toEqual(before);
  });

  it('makes one with the state of the service neither', async () => {
    await backup(await service(both()), world, dashboards);
    await expect(open(world, { identities: [alice.identity], state })).rejects.toMatchObject(refused);
  });

  it('makes one with both identities', async () => {
    await backup(await service(both()), world, dashboards);
    const { keyring } = await laptop({ create: true, identities: [alice.identity, bob.identity] });
    expect(keyring.recipients).toEqual(both());
  });

  it('makes one although a stranger planted a file that is named as if it were for others', async () => {
    await backup(await service(), world, dashboards);
    const { keyring, trust } = await service();
    await world.store.put(keyFile(keyring.current!.id, both()), Buffer.from('junk'));
    const secrets = { identities: [alice.identity], trustedKeys: [trust.own!], state: new MemoryState() };
    expect((await open(world, secrets)).keyring.recipients).toEqual([alice.recipient]);
  });

  it.each(['with its state', 'without it'])(
    'has the next service, %s, name those who cannot read what a restore stored, until a rewrap',
    async (way) => {
      await backup(await service(both()), world, dashboards);
      const restoring = await laptop();
      const files = await keysOf(world.store, 'keys/');
      world.clock.advance(HOUR);
      // A safety snapshot.
      await backup(restoring, world, { ...dashboards, three: { title: 'Default' } });
      expect(await keysOf(world.store, 'keys/')).toHaveLength(files.length + 1);
      const trustedKeys = [...restoring.trust.keys.trusted];
      if (way === 'without it') {
        loseState();
      }
      const next = (more: object = {}) =>
        open(world, { recipients: both(), identities: [alice.identity], state, trustedKeys, ...more });
      for (let run = 0; run < 2; run++) {
        expect((await next()).keyring).toMatchObject({
          current: restoring.keyring.current,
          latecomers: [bob.recipient],
        });
      }
      await rewrap(await next({ rewraps: true }), world);
      expect((await next()).keyring.latecomers).toEqual([]);
    },
  );

  it('leaves no trace if it stores nothing new', async () => {
    await backup(await service(both()), world, dashboards);
    const restoring = await laptop();
    world.clock.advance(HOUR);
    const files = await keysOf(world.store, 'keys/');
    await backup(restoring, world, dashboards);
    expect(await keysOf(world.store, 'keys/')).toEqual(files);
    expect((await service(both())).keyring.latecomers).toEqual([]);
  });
});

it('files for each of the recipients alone, put back by a stranger, do not have everything stored again', async () => {
  const first = await service(both());
  await backup(first, world, dashboards);
  for (const { identity } of [alice, bob]) {
    world.clock.advance(HOUR);
    const { trust } = await service(both());
    const secrets = { identities: [identity], trustedKeys: [trust.own!], log: silentLog };
    const one = await open(world, { ...secrets, create: false, state: new MemoryState() });
    await backup(one, world, { [identity]: { title: identity } });
    await (await service(both())).trust.keys.pin(one.trust.own!, 'test');
  }
  expect((await service(both())).keyring).toMatchObject({ current: first.keyring.current, latecomers: both() });
  expect((await service(both())).keyring.current).toEqual(first.keyring.current);
});

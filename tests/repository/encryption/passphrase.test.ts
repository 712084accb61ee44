import { describe, expect, it } from 'vitest';
import { reason } from '../../../pkg/contract/reasons/catalogue.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { addPassphrase } from '../../../pkg/repository/encryption/passphrase.ts';
import { cheapPassphrases } from '../../support/repository/cheap-passphrases.ts';
import { backup, keysOf, open } from '../../support/repository/repository.ts';
import { alice, dashboards, HOUR, service, setUp, state, world } from './harness.ts';

setUp();
cheapPassphrases();

describe('a passphrase', () => {
  const passphrase = 'correct horse battery staple';

  it('opens everything, and writing never needs it', async () => {
    const repository = await open(world);
    expect(repository.encrypted).toBe(false);
    const { recipient } = await addPassphrase(world, passphrase);
    const manifest = await backup(await service([recipient]), world, dashboards);

    const person = await open(world, { passphrases: [passphrase] });
    expect(await person.getObject(manifest.resources[0]!.object)).toBe('{"title":"Salaries"}');
    await expect(open(world, { passphrases: ['another passphrase'] })).rejects.toMatchObject({
      code: 'DK_ENCRYPTION',
      advice: reason('correct-passphrase'),
    });
  });

  it('alone is enough to begin an encrypted repository and to go on with it', async () => {
    const manifest = await backup(await open(world, { passphrases: [passphrase] }), world, dashboards);
    world.clock.advance(HOUR);
    const next = await open(world, { passphrases: [passphrase] });
    await backup(next, world, dashboards);

    expect(next.encrypted).toBe(true);
    await expect(open(world).then((reader) => backup(reader, world, dashboards))).rejects.toMatchObject({
      code: 'DK_ENCRYPTION',
      message: expect.stringContaining('DASHKEEP_AGE_PASSPHRASE'),
      hint: expect.stringContaining('passphrase'),
    });
    expect(await next.getObject(manifest.resources[0]!.object)).toBe('{"title":"Salaries"}');
    const objects = await keysOf(world.store, 'objects/');
    expect(objects).toHaveLength(2);
    expect(objects.every((key) => key.endsWith('.age'))).toBe(true);
  });

  it('goes on opening new backups when recipients are added to it', async () => {
    const first = { passphrases: [passphrase], state };
    const { trusted } = (await open(world, first)).trust.keys;
    await backup(await open(world, first), world, dashboards);
    world.clock.advance(HOUR);
    const both = await open(world, { ...first, recipients: [alice.recipient] });
    const manifest = await backup(both, world, { ...dashboards, three: { title: 'New' } });

    const laptop = { create: false, trustedKeys: [...trusted], state: new MemoryState() };
    for (const secrets of [{ passphrases: [passphrase] }, { identities: [alice.identity] }]) {
      const person = await open(world, { ...laptop, ...secrets });
      const added = manifest.resources.find(({ uid }) => uid === 'three');
      expect(await person.getObject(added!.object)).toBe('{"title":"New"}');
    }
  });

  it('begins no second key where a damaged one is between it and its snapshots', async () => {
    await backup(await open(world, { passphrases: [passphrase] }), world, dashboards);
    const key = (await keysOf(world.store, 'keys/')).find((one) => !one.startsWith('keys/passphrase-')) ?? '';
    await world.store.put(key, (await world.store.get(key)).subarray(0, 100), {});
    world.clock.advance(HOUR);

    const next = open(world, { passphrases: [passphrase] }).then((repository) => backup(repository, world, dashboards));
    await expect(next).rejects.toMatchObject({ code: 'DK_ENCRYPTION' });
    expect((await keysOf(world.store, 'keys/')).filter((one) => !one.startsWith('keys/passphrase-'))).toEqual([key]);
  });

  it('has no part in a repository that was made without one', async () => {
    const plain = await backup(await open(world), world, dashboards);
    const reader = await open(world, { passphrases: [passphrase], create: false });
    expect(await reader.manifest('latest')).toEqual(plain);
  });

  it('is not accepted when it is short', async () => {
    await expect(addPassphrase(world, 'hunter2')).rejects.toMatchObject({ code: 'DK_ENCRYPTION' });
  });
});

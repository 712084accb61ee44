import { describe, expect, it, vi } from 'vitest';
import { MemoryState } from '../../../pkg/lib/state.ts';
import type { OpenOptions } from '../../../pkg/repository/open.ts';
import { signatureKey } from '../../../pkg/repository/layout.ts';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { cheapPassphrases } from '../../support/repository/cheap-passphrases.ts';
import { backup, keysOf, open, recordingLog } from '../../support/repository/repository.ts';
import { alice, dashboards, HOUR, setUp, state, world } from './harness.ts';

setUp();
cheapPassphrases();

/** A service took the place of another one, and trusts its key. */
describe('the key of the repository', () => {
  const passphrase = 'correct horse battery staple';
  const WAYS: [string, () => Partial<OpenOptions>][] = [
    ['recipients and an identity', () => ({ recipients: [alice.recipient], identities: [alice.identity] })],
    ['an identity', () => ({ identities: [alice.identity] })],
    ['a passphrase', () => ({ passphrases: [passphrase] })],
  ];
  const first = (secrets: Partial<OpenOptions>) =>
    open(world, { ...secrets, state, ...(secrets.identities ? { recipients: [alice.recipient] } : {}) });
  const signature = async () => {
    const [file] = (await keysOf(world.store, 'keys/')).filter((key) => key.endsWith('.json.age'));
    return signatureKey(file!);
  };

  it.each(WAYS)('is signed by a writer with %s that trusts its signer, once', async (_, secretsOf) => {
    const secrets = secretsOf();
    const before = await first(secrets);
    await backup(before, world, dashboards);
    const old = before.trust.own!;
    const next = { ...secrets, state: new MemoryState(), trustedKeys: [old] };
    world.clock.advance(HOUR);
    const writer = await open(world, next);
    await backup(writer, world, dashboards);
    const own = writer.trust.own!;
    const file = (await signature()).replace('signatures/', '').replace(/\.sig$/, '');
    expect((await writer.trust.claims(file)).map(({ signer }) => signer)).toEqual([own, old]);

    world.clock.advance(HOUR);
    const put = vi.spyOn(world.store, 'put');
    await backup(await open(world, next), world, dashboards);
    expect(put.mock.calls.map(([key]) => key)).not.toContain(await signature());

    const laptop = { ...secrets, create: false, state: new MemoryState() };
    for (const one of [old, own]) {
      const { keyring } = await open(world, { ...laptop, trustedKeys: [one] });
      expect(keyring).toMatchObject({ readOnly: false, current: before.keyring.current });
    }
  });

  it('is signed by the next key of a writer too', async () => {
    const before = await first({});
    await backup(await open(world, { recipients: [alice.recipient], state }), world, dashboards);
    await before.trust.signing.rotate();
    const writer = await open(world, { recipients: [alice.recipient], state });
    const [file] = await keysOf(world.store, 'keys/');
    expect((await writer.trust.claims(file!))[0]?.signer).toBe(writer.trust.own);
  });

  it('is not signed by a reader, or by a writer that does not trust its signer', async () => {
    const secrets = WAYS[0]![1]();
    const before = await first(secrets);
    await backup(before, world, dashboards);
    const name = await signature();
    const signed = await world.store.get(name);
    const trustedKeys = [before.trust.own!];
    await open(world, { ...secrets, create: false, state: new MemoryState(), trustedKeys });
    await backup(await open(world, { ...secrets, state: new MemoryState() }), world, dashboards);
    expect(await world.store.get(name)).toEqual(signed);
  });

  it('is written under even where its signature cannot be replaced', async () => {
    const secrets = WAYS[0]![1]();
    const before = await first(secrets);
    await backup(before, world, dashboards);
    const name = await signature();
    const put = world.store.put.bind(world.store);
    vi.spyOn(world.store, 'put').mockImplementation(async (key, ...rest) => {
      if (key === name) {
        throw new DashkeepError('DK_STORE_DENIED', 'objects cannot be replaced');
      }
      return put(key, ...rest);
    });
    const log = recordingLog();
    const next = { ...secrets, state: new MemoryState(), trustedKeys: [before.trust.own!], log };
    await backup(await open(world, next), world, dashboards);
    expect(log.lines.join('\n')).toContain('objects cannot be replaced');
  });
});

import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { DirectoryState } from '../../../pkg/lib/state.ts';
import { tokenCredentials } from '../../../pkg/grafana/http/credentials.ts';
import { keyFile } from '../../../pkg/repository/encryption/key-files.ts';
import { RepositoryCache } from '../../../pkg/service/repository/repository-cache.ts';
import { OpenedTarget, type TargetPorts } from '../../../pkg/service/repository/opened-target.ts';
import type { EffectiveSettings } from '../../../pkg/service/settings/effective.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../../support/directories.ts';
import { realClock, realRandomness } from '../../support/ports.ts';
import { backup } from '../../support/repository/repository.ts';

interface Opening {
  directory: TemporaryDirectory;
  signal: AbortSignal;
  /** @param more - of another service than that of the others */
  open(
    recipients?: string[],
    more?: { state: string; trustedKeys?: string[]; identity?: string },
  ): Promise<OpenedTarget>;
}

async function opening(): Promise<Opening> {
  const directory = await temporaryDirectory();
  const ports = {
    config: { version: 'test', grafana: { url: 'http://localhost' }, trustedKeys: [] },
    access: { credentials: () => tokenCredentials(async () => 'unused') },
    replicated: false,
    storeOptions: { of: () => ({}) },
    clock: realClock,
    randomness: realRandomness,
    log: silentLog,
  } as unknown as TargetPorts;
  return {
    directory,
    signal: new AbortController().signal,
    open(recipients = [], { state, trustedKeys = [], identity } = { state: 'state' }) {
      const settings = {
        values: { target: { url: `file://${directory.path}/target` }, scope: {}, encryption: { recipients } },
        secrets: { ageIdentity: identity },
      } as unknown as EffectiveSettings;
      const config = { ...ports.config, trustedKeys };
      return OpenedTarget.open({ ...ports, config, state: new DirectoryState(`${directory.path}/${state}`) }, settings);
    },
  };
}

it('a look at the repository that the first backup is creating shares it, with the key that signs', async () => {
  const { directory, signal, open } = await opening();
  const target = await open();
  const looked = target.openIfThere(signal);
  const made = target.openOrMake(signal);
  expect(await looked).toBeUndefined();
  const again = target.openIfThere(signal);
  expect(await again).toBe(await made);
  expect(await target.open(signal)).toBe(await made);
  await target.close();
  await directory.remove();
});

it('the latest snapshot is read once, however often it is looked up', async () => {
  const { directory, signal, open } = await opening();
  const target = await open();
  await backup(await target.openOrMake(signal), { clock: realClock, randomness: realRandomness }, { a: { v: 1 } });
  const settings = { values: { target: { url: 'given' } }, revision: '1' } as EffectiveSettings;
  const ports = { clock: realClock, log: silentLog };
  const cache = new RepositoryCache(
    () => Promise.resolve(target),
    () => Promise.resolve(settings),
    ports,
  );
  const { manifest } = await cache.snapshot('latest', signal);
  expect((await cache.snapshot('latest', signal)).manifest).toBe(manifest);
  expect(await cache.manifest(manifest.id, signal)).toBe(manifest);
  await cache.close();
  await directory.remove();
});

it('a replica that only looked goes on with the key that another one stored for other recipients', async () => {
  const { directory, signal, open } = await opening();
  const recipient = async (): Promise<string> => identityToRecipient(await generateX25519Identity());
  const first = await open([await recipient()]);
  await first.openOrMake(signal);
  const other = await recipient();
  const [standby, leader] = [await open([other]), await open([other])];
  await standby.open(signal);
  const { keyring } = await leader.openOrMake(signal);
  await standby.inspect(signal);
  expect((await standby.open(signal)).keyring.current).toEqual(keyring.current);
  await Promise.all([first, standby, leader].map((one) => one.close()));
  await directory.remove();
});

describe('the key of the repository, which another machine stored and signed', () => {
  const ways = ['with its recipients', 'with an identity alone'];

  it.each(ways)('is signed by the first backup, whatever was looked at before, %s', async (way) => {
    const { directory, signal, open } = await opening();
    const identity = await generateX25519Identity();
    const recipients = [await identityToRecipient(identity)];
    const first = await (await open(recipients)).openOrMake(signal);
    const trustedKeys = [(await first.trust.signing.signer())!.fingerprint];
    const file = keyFile(first.keyring.current!.id, recipients);
    const next = { state: 'next', trustedKeys, identity };
    const given = way === ways[0] ? recipients : [];
    for (const rotated of [false, true]) {
      const target = await open(given, next);
      const looked = await target.open(signal);
      if (rotated) {
        await looked.trust.signing.rotate();
      }
      const { trust } = await target.openOrMake(signal);
      expect(trust.own).toBeDefined();
      expect((await trust.claims(file)).map(({ signer }) => signer)).toContain(trust.own);
      await target.close();
    }
    await directory.remove();
  });
});

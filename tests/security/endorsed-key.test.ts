import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryState } from '../../pkg/lib/state.ts';
import { keyFile, plainKey } from '../../pkg/repository/encryption/key-files.ts';
import { signatureKey } from '../../pkg/repository/layout.ts';
import type { Repository } from '../../pkg/repository/repository.ts';
import { SigningKey } from '../../pkg/repository/signing/signing-key.ts';
import { sha256Of, signStatement } from '../../pkg/repository/signing/statement.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { backup, keysOf, open, SeededRandomness, TestClock, type World } from '../support/repository/repository.ts';

/**
 * A service that took the place of another one signs the key of the repository too. Someone who may write to the
 * bucket, or who also holds an identity, has another file there when it does.
 */
let world: World & { store: MemoryStore };
let identity: string;
let recipients: string[];
let theirs: string;
let first: Repository;
let name: string;
const stranger = SigningKey.make();

beforeEach(async () => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  identity = await generateX25519Identity();
  recipients = [await identityToRecipient(identity)];
  first = await open(world, { recipients });
  await backup(first, world, { a: { v: 1 } });
  name = keyFile(first.keyring.current!.id, recipients);
  theirs = await generateX25519Identity();
});

async function sealed(content: Buffer, recipient = recipients[0]!): Promise<Buffer> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return Buffer.from(await encrypter.encrypt(content));
}

/** A stranger's statement about the bytes that are under a name. */
async function signedByStranger(file: string, key = stranger): Promise<string> {
  const sha256 = sha256Of(await world.store.get(file));
  return signStatement({ repository: first.id, file, sha256 }, key);
}

/** Backs up from the next service twice with each kind of secrets. @returns the bytes of the key file that it signed */
async function signedByNext(identities = [identity]): Promise<string[]> {
  const signed: string[] = [];
  for (const secrets of [{ identities, recipients }, { identities }]) {
    const state = new MemoryState();
    for (let run = 0; run < 2; run++) {
      world.clock.advance(3_600_000);
      const next = await open(world, { ...secrets, state, trustedKeys: [first.trust.own!] });
      await backup(next, world, { a: { v: 1 } });
      const claims = await next.trust.claims(name);
      signed.push(...claims.filter(({ signer }) => signer === next.trust.own).map(({ sha256 }) => sha256));
    }
  }
  return signed;
}

describe('a writer that trusts the signer of the key', () => {
  it('signs the file that the signer wrote', async () => {
    const sha256 = sha256Of(await world.store.get(name));
    expect(new Set(await signedByNext())).toEqual(new Set([sha256]));
  });

  it('does not sign the same key encrypted for someone else as well', async () => {
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipients[0]!);
    encrypter.addRecipient(await identityToRecipient(theirs));
    const bytes = Buffer.from(await encrypter.encrypt(plainKey(first.keyring.current!)));
    await world.store.put(name, bytes);
    expect(await signedByNext()).not.toContain(sha256Of(bytes));
  });

  it('does not sign another key in its place, with or without a stranger’s signature', async () => {
    const planted = { ...first.keyring.current!, metadataIdentity: theirs };
    const bytes = await sealed(plainKey(planted));
    const signature = (await world.store.get(signatureKey(name))).toString();
    await world.store.put(name, bytes);
    for (const before of ['', await signedByStranger(name)]) {
      await world.store.put(signatureKey(name), Buffer.from(before + signature));
      expect(await signedByNext()).not.toContain(sha256Of(bytes));
      await world.store.put(name, bytes);
    }
  });

  it('does not sign the file of another key under its name, with the signature of that', async () => {
    const other = await identityToRecipient(theirs);
    const second = await open(world, { recipients: [other], identities: [identity] });
    await backup(second, world, { a: { v: 1 } });
    const from = keyFile(second.keyring.current!.id, [other]);
    expect(from).not.toBe(name);
    for (const [key, to] of [from, signatureKey(from)].map((key) => [key, key.replace(from, name)] as const)) {
      await world.store.put(to, await world.store.get(key));
    }
    const foreign = sha256Of(await world.store.get(from));
    expect(await signedByNext([identity, theirs])).not.toContain(foreign);
  });

  it('does not sign the file of an earlier key, which may be there again', async () => {
    const own = [await identityToRecipient(theirs)];
    world.clock.advance(3_600_000);
    await backup(await open(world, { recipients: own, identities: [identity] }), world, { a: { v: 1 } });
    world.clock.advance(3_600_000);
    const secrets = { recipients: own, identities: [theirs, identity] };
    const next = await open(world, { ...secrets, state: new MemoryState(), trustedKeys: [first.trust.own!] });
    const current = keyFile(next.keyring.current!.id, own);
    expect(current).not.toBe(name);
    const signersOf = async (file: string) => (await next.trust.claims(file)).map(({ signer }) => signer);
    expect(await signersOf(current)).toEqual([next.trust.own, first.trust.own]);
    expect(await signersOf(name)).toEqual([first.trust.own]);
  });

  it('keeps its own signature and the trusted ones where strangers added seven', async () => {
    const strangers = await Promise.all(Array.from({ length: 7 }, () => signedByStranger(name, SigningKey.make())));
    const signature = (await world.store.get(signatureKey(name))).toString();
    await world.store.put(signatureKey(name), Buffer.from(strangers.join('') + signature));
    await signedByNext();
    const signers = (await first.trust.claims(name)).map(({ signer }) => signer);
    expect(signers).toHaveLength(8);
    expect(signers.slice(0, 3)).toContain(first.trust.own);
    expect(await keysOf(world.store, 'signatures/keys/')).toEqual([signatureKey(name)]);
  });
});

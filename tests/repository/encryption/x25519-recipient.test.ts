import { createHook } from 'node:async_hooks';
import { Decrypter, Encrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { expect, it } from 'vitest';
import { X25519Recipient } from '../../../pkg/repository/encryption/x25519-recipient.ts';

it('is opened by its identity, each time with another share', async () => {
  const identity = await generateIdentity();
  const recipient = new X25519Recipient(await identityToRecipient(identity));
  const shares = new Set<string>();
  for (let number = 0; number < 20; number++) {
    shares.add(recipient.wrapFileKey(new Uint8Array(16))[0]?.args[1] ?? '');
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    expect(await decrypter.decrypt(await encrypter.encrypt(`text ${number}`), 'text')).toBe(`text ${number}`);
  }
  expect(shares.size).toBe(20);
});

it('starts no job that makes keys: Node may wait for itself when it is collected', async () => {
  const recipient = new X25519Recipient(await identityToRecipient(await generateIdentity()));
  const jobs: string[] = [];
  const hook = createHook({ init: (_id, type) => jobs.push(type) }).enable();
  recipient.wrapFileKey(new Uint8Array(16));
  hook.disable();
  expect(jobs).not.toContain('KEYPAIRGENREQUEST');
});

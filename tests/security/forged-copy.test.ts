import { gzipSync } from 'node:zlib';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { MemoryState } from '../../pkg/lib/state.ts';
import { copyRepository, type CopyResult } from '../../pkg/repository/copy/copy.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { backup, keysOf, open, SeededRandomness, TestClock, type World } from '../support/repository/repository.ts';

/**
 * Someone who may write to the target of a copy puts files there under the names of its snapshots, so that a copy of
 * the real ones seems to exist already.
 */
let from: World & { store: MemoryStore };
let to: World & { store: MemoryStore };
let state: MemoryState;
let first: Manifest;
let second: Manifest;
let recipients: string[];

beforeEach(async () => {
  const clock = new TestClock();
  const randomness = new SeededRandomness();
  from = { clock, store: new MemoryStore({ clock }), randomness };
  to = { clock, store: new MemoryStore({ clock }), randomness };
  state = new MemoryState();
  recipients = [];
  first = await backup(await open(from), from, { a: { v: 1 } });
  clock.advance(3_600_000);
  second = await backup(await open(from), from, { a: { v: 2 } });
  clock.advance(3_600_000);
});

const copy = async (machine: MemoryState | undefined = state): Promise<CopyResult> =>
  copyRepository(await open(from), await open(to, { state: machine, recipients }), from);

const file = (id: string): string => `snapshots/${id}.json.gz`;

describe.each([
  ['plain', false],
  ['encrypted', true],
])('in a target that is %s', (_name, encrypted) => {
  beforeEach(async () => {
    recipients = encrypted ? [await identityToRecipient(await generateX25519Identity())] : [];
  });

  it.each([
    ['junk', () => Buffer.from('junk')],
    ['the manifest of another snapshot', () => gzipSync(JSON.stringify({ ...second, id: first.id }))],
  ])('%s is not taken for the copy of a snapshot', async (_what, body) => {
    await open(to, { state, recipients });
    await to.store.put(file(first.id), body());
    expect(await copy()).toMatchObject({ copied: [second.id], present: [], different: [first.id] });
    expect(await to.store.get(file(first.id))).toEqual(body());
    expect(await copy()).toMatchObject({ copied: [], present: [second.id], different: [first.id] });
  });

  it('a copy that was overwritten later is not taken for one', async () => {
    await copy();
    const [key] = await keysOf(to.store, `snapshots/${first.id}`);
    await to.store.put(key!, Buffer.from('junk'));
    expect(await copy()).toMatchObject({ copied: [], present: [second.id], different: [first.id] });
  });
});

it.each([
  ['by another machine, whose key is not trusted here', () => new MemoryState()],
  ['by one that signs nothing', () => undefined],
])('the copy that was made %s is one if it has the same content', async (_who, machine) => {
  await copyRepository(await open(from), await open(to, { state: machine() }), from);
  expect(await copy()).toMatchObject({ copied: [], present: [first.id, second.id], different: [], objects: 0 });
});

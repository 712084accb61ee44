import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { assertRestorable } from '../../pkg/repository/signing/acceptance.ts';
import { DirectoryState, MemoryState } from '../../pkg/lib/state.ts';
import { sha256Of } from '../../pkg/repository/signing/statement.ts';
import { verify } from '../../pkg/repository/verify/verify.ts';
import { DirectoryStore } from '../../pkg/storage/directory/store.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import {
  backup,
  keysOf,
  open,
  recordingLog,
  SeededRandomness,
  TestClock,
  type World,
} from '../support/repository/repository.ts';

let world: World & { store: MemoryStore };

beforeEach(() => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
});

describe('a state that is deleted and made again, such as a Secret', () => {
  it('gets back the signing key and what is remembered of the target', async () => {
    const state = new MemoryState();
    const writer = await open(world, { state });
    const { id } = await backup(writer, world, { a: { v: 1 } });
    const target = `target-${sha256Of(world.store.description).slice(0, 32)}`;
    for (const name of [`signing-${writer.id}`, target]) {
      expect(await state.get(name)).toBeDefined();
      await state.delete(name);
    }
    await backup(writer, world, { a: { v: 2 } });
    const restarted = await open(world, { create: false, state });
    expect(restarted.trust.own).toBe(writer.trust.own);
    expect((await restarted.snapshots()).find((one) => one.id === id)).toMatchObject({ signed: true });
    expect((await restarted.trust.keys.target?.read())?.repository).toBe(restarted.id);
  });

  it('keeps a key that another process has stored meanwhile', async () => {
    const state = new MemoryState();
    const writer = await open(world, { state });
    await backup(writer, world, { a: { v: 1 } });
    const other = await open(world, { state: new MemoryState() });
    await backup(other, world, { a: { v: 1 } });
    const entry = await other.trust.keys.state!.ownEntry();
    await state.set(entry!.name, entry!.bytes);
    await backup(writer, world, { a: { v: 2 } });
    expect((await open(world, { create: false, state })).trust.own).toBe(other.trust.own);
  });
});

describe('a machine that knows nobody yet', () => {
  it('reads, applies nothing without a word, and keeps the word', async () => {
    const writer = await open(world);
    const { id } = await backup(writer, world, { a: { v: 1 } });
    const state = new MemoryState();
    const stranger = await open(world, { create: false, state });
    expect(stranger.trust.standing).toBe('first-contact');
    const stored = await stranger.stored('latest');
    expect(stored.manifest.id).toBe(id);
    expect(await stranger.snapshots()).toMatchObject([{ id, signed: false, foreign: true, signer: writer.trust.own }]);
    expect((await verify(stranger)).problems).toEqual([]);
    const word = { named: 'latest', acceptForeign: false };
    expect(() => assertRestorable(stranger.trust, stored, word)).toThrow(
      expect.objectContaining({ code: 'DK_SNAPSHOT_FOREIGN', message: expect.stringContaining(writer.trust.own!) }),
    );
    expect(stranger.trust.own).toBeUndefined();

    await stranger.trust.keys.pin(writer.trust.own!, 'a test');
    const later = await open(world, { create: false, state });
    assertRestorable(later.trust, await later.stored('latest'), word);
    expect(await later.snapshots()).toMatchObject([{ signed: true }]);
  });

  it('backs up with its own key, and believes that alone', async () => {
    const first = await backup(await open(world), world, { a: { v: 1 } });
    world.clock.advance(3_600_000);
    const log = recordingLog();
    const other = await open(world, { state: new MemoryState(), log });
    const second = await backup(other, world, { a: { v: 1 } });
    expect(log.lines.join('\n')).toContain('this machine signs with a new key');
    expect(log.lines.join('\n')).toContain('To use their snapshots here, trust their keys too');
    expect((await other.snapshots()).map(({ id, signed }) => [id, signed])).toEqual([
      [second.id, true],
      [first.id, false],
    ]);
  });

  it('asks nobody to trust keys that are trusted already', async () => {
    const writer = await open(world);
    await backup(writer, world, { a: { v: 1 } });
    world.clock.advance(3_600_000);
    const log = recordingLog();
    const other = await open(world, { state: new MemoryState(), log, trustedKeys: [writer.trust.own!] });
    await backup(other, world, { a: { v: 1 } });
    expect(log.lines.join('\n')).toContain('this machine signs with a new key');
    expect(log.lines.join('\n')).not.toContain('trust their keys too');
  });

  it('says that the latest one is not the newest, where an unknown key signed newer ones', async () => {
    const first = await backup(await open(world), world, { a: { v: 1 } });
    const log = recordingLog();
    await (await open(world, { log })).manifest('latest');
    expect(log.lines.join('\n')).not.toContain('newer');
    world.clock.advance(3_600_000);
    await backup(await open(world, { state: new MemoryState() }), world, { a: { v: 2 } });
    expect((await (await open(world, { log })).manifest('latest')).id).toBe(first.id);
    const warned = log.lines.filter((line) => line.includes('newer snapshots are skipped'));
    expect(warned).toHaveLength(1);
    expect(warned[0]).toContain('"snapshots":1');
    expect(warned[0]).toContain('Those with the trigger safety are never the latest one');
    expect(warned[0]).toContain(first.id);
  });
});

describe('a new signing key', () => {
  it('is trusted by anyone who trusts the one before, and both stay trusted', async () => {
    const first = await backup(await open(world), world, { a: { v: 1 } });
    const before = (await open(world)).trust.own!;
    const reader = { create: false, state: new MemoryState(), trustedKeys: [before] };
    const running = await open(world, reader);
    await (await open(world)).trust.signing.rotate();
    world.clock.advance(3_600_000);
    const writer = await open(world);
    expect(writer.trust.own).not.toBe(before);
    const second = await backup(writer, world, { a: { v: 2 } });
    for (const repository of [writer, await open(world, reader), running]) {
      expect((await repository.manifest('latest')).id).toBe(second.id);
      expect((await verify(repository)).problems).toEqual([]);
    }
    expect((await writer.snapshots()).map(({ id, signed }) => [id, signed])).toEqual([
      [second.id, true],
      [first.id, true],
    ]);
  });
});

describe('a process that runs while another one makes a new signing key', () => {
  it('signs with it from its next backup on, and says so', async () => {
    const log = recordingLog();
    const running = await open(world, { log });
    const first = await backup(running, world, { a: { v: 1 } });
    const other = await open(world);
    await other.trust.signing.rotate();
    world.clock.advance(3_600_000);
    const second = await backup(running, world, { a: { v: 2 } });
    expect(running.trust.own).toBe(other.trust.own);
    expect((await other.snapshots()).map(({ id, signer, signed }) => [id, signer, signed])).toEqual([
      [second.id, other.trust.own, true],
      [first.id, expect.not.stringMatching(other.trust.own!), true],
    ]);
    expect(log.lines.join('\n')).toMatch(new RegExp(`signs with a new key .*${other.trust.own}`));
  });

  it('keeps its key while the state cannot be read', async () => {
    const running = await open(world);
    await backup(running, world, { a: { v: 1 } });
    const before = running.trust.own;
    vi.spyOn(running.trust.keys.state!, 'own').mockRejectedValue(new Error('away'));
    await backup(running, world, { a: { v: 2 } });
    expect(running.trust.own).toBe(before);
  });
});

describe('where no key can be kept', () => {
  it('backups go on, unsigned and said so', async () => {
    const log = recordingLog();
    const state = new MemoryState();
    state.add = () => Promise.reject(new Error('read-only'));
    for (let n = 0; n < 2; n++) {
      await backup(await open(world, { state, log }), world, { a: { n } });
      world.clock.advance(3_600_000);
    }
    expect(log.lines.join('\n')).toContain('are not signed');
    expect(await keysOf(world.store, 'signatures/')).toEqual([]);
    const reader = await open(world, { state });
    expect(reader.trust.standing).toBe('unsigned');
    // Anyone may have put them there: a backup goes by none of them.
    expect(await reader.reusable(1)).toEqual([]);
    expect((await reader.snapshots()).map(({ signed, foreign }) => [signed, foreign])).toEqual([
      [false, true],
      [false, true],
    ]);
  });

  it('what it leaves unsigned beside signed snapshots is not reported as changed', async () => {
    const first = await backup(await open(world), world, { a: { v: 1 } });
    world.clock.advance(3_600_000);
    const state = new MemoryState();
    state.add = () => Promise.reject(new Error('read-only'));
    await backup(await open(world, { state }), world, { a: { v: 2 } });
    const log = recordingLog();
    const reader = await open(world, { create: false, state, log });
    expect((await reader.manifest('latest')).id).toBe(first.id);
    expect(log.lines.join('\n')).toContain('no trusted key signed them');
    expect(log.lines.join('\n')).not.toContain('does not match');
  });
});

describe('a replica that was there before another one made the first key', () => {
  it('counts what the other signs', async () => {
    const state = new MemoryState();
    const writer = await open(world, { state });
    const replica = await open(world, { create: false, state });
    expect(await replica.snapshots()).toEqual([]);
    const { id } = await backup(writer, world, { a: { v: 1 } });
    expect(await replica.snapshots()).toMatchObject([{ id, signed: true }]);
    expect((await replica.manifest('latest')).id).toBe(id);
  });
});

describe('several who make the first key at the same time', () => {
  it('all sign with one', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'dashkeep-state-'));
    try {
      const repositories = await Promise.all(
        [1, 2, 3].map(() => open(world, { state: new DirectoryState(directory) })),
      );
      const keys = await Promise.all(repositories.map(({ trust }) => trust.signing.signer()));
      expect(new Set(keys.map((key) => key?.fingerprint)).size).toBe(1);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe.each(['format-1-plain', 'format-1-encrypted'])('the repository %s from before signatures', (name) => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'dashkeep-cut-over-'));
    cpSync(join(import.meta.dirname, '../golden', name), directory, { recursive: true });
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  it('is read, and counts once a person says so', async () => {
    const old = { ...world, store: new DirectoryStore(directory, world.randomness) };
    const log = recordingLog();
    const repository = await open(old, { log, state: new MemoryState() });
    await repository.trust.signing.signer();
    expect(log.lines.join('\n')).toContain('dashkeep trust --unsigned');
    expect(await repository.reusable(1)).toEqual([]);
    await repository.trust.signing.trustUnsigned();
    expect(log.lines.find((line) => line.includes('existing unsigned snapshots'))).toContain('"snapshots":2');
    const fingerprint = repository.trust.own!;
    const reader = await open(old, { create: false, state: new MemoryState(), trustedKeys: [fingerprint] });
    expect(await keysOf(old.store, 'signatures/')).toHaveLength(3);
    if (name === 'format-1-plain') {
      expect((await reader.snapshots()).map(({ signed, signer }) => [signed, signer])).toEqual([
        [true, fingerprint],
        [true, fingerprint],
      ]);
    }
  });
});

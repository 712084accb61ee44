import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verify } from '../../pkg/repository/verify/verify.ts';
import { DirectoryStore } from '../../pkg/storage/directory/store.ts';
import { check } from '../support/repository/checker.ts';
import { open, SeededRandomness, TestClock } from '../support/repository/repository.ts';

const here = import.meta.dirname;
const identityFile = readFileSync(join(here, 'identity.txt'), 'utf8');
const identity = identityFile.trim().split('\n').at(-1)!;

interface Golden {
  kind: string;
  uid: string;
  title: string;
  folder: string;
  body: string;
}
const expected = JSON.parse(readFileSync(join(here, 'expected.json'), 'utf8')) as { FIRST: Golden[]; SECOND: Golden[] };

/** A directory that must be read without a single write. */
class ReadOnly extends DirectoryStore {
  writes: string[] = [];

  override async put(key: string): Promise<never> {
    this.writes.push(key);
    throw new Error(`a put of ${key}`);
  }

  override async deleteMany(keys: readonly string[]): Promise<never> {
    this.writes.push(...keys);
    throw new Error(`a delete of ${keys.join()}`);
  }
}

const REPOSITORIES = [
  { name: 'format-1-plain', ids: ['20261124T143000Z-f3e18310', '20261124T153000Z-90a45050'] },
  { name: 'format-1-encrypted', ids: ['20261124T143000Z-24b2535a', '20261124T153000Z-68856e1f'] },
  {
    name: 'format-1-signed-plain',
    ids: ['20261124T143000Z-000fbd38', '20261124T153000Z-00068856'],
    signer: '4be2e4bd04e9e91974ba5afc9a9d01df',
  },
  {
    name: 'format-1-signed-encrypted',
    ids: ['20261124T143000Z-00090a45', '20261124T153000Z-0001b042'],
    signer: '221d1b14e5c92d85406a9b2943a1b2f2',
  },
];

describe.each(REPOSITORIES)('the golden repository $name', ({ name, ids, signer }) => {
  const directory = join(here, name);
  const trustedKeys = signer === undefined ? [] : [signer];

  it('gives back every letter of its snapshots, and reading writes nothing', async () => {
    const randomness = new SeededRandomness();
    const store = new ReadOnly(directory, randomness);
    const world = { store, randomness, clock: new TestClock('2036-01-01T00:00:00.000Z') };
    const repository = await open(world, { create: false, identities: [identityFile], trustedKeys });

    const rows = (await repository.snapshots()).map(({ id, status, ...row }) => [id, status, row.signed, row.signer]);
    expect(rows).toEqual([
      [ids[1], 'partial', signer !== undefined, signer],
      [ids[0], 'complete', signer !== undefined, signer],
    ]);
    for (const [index, golden] of [expected.FIRST, expected.SECOND].entries()) {
      const manifest = await repository.manifest(ids[index]!);
      expect(manifest.resources.map(({ kind, uid, title, folder }) => ({ kind, uid, title, folder }))).toEqual(
        golden.map(({ kind, uid, title, folder }) => ({ kind, uid, title, folder })),
      );
      for (const [at, entry] of manifest.resources.entries()) {
        const text = await repository.getObject(entry.object);
        expect(JSON.parse(text)).toEqual(JSON.parse(golden[at]!.body));
        if (entry.uid === 'numbers') {
          expect(text).toContain('"max":12345678901234567890,');
          expect(text).toContain('"step":1.0,"tiny":1e-400,');
        }
      }
    }
    const runs = await repository.runs();
    expect(runs.map(({ id }) => id)).toEqual([...ids].reverse());
    expect((await repository.run(runs[0]!.id))?.record.errors[0]!.reason).toBe('Grafana answered 500');
    expect(store.writes).toEqual([]);
  });

  it('verifies to the last byte', async () => {
    const randomness = new SeededRandomness();
    const world = { store: new DirectoryStore(directory, randomness), randomness, clock: new TestClock() };
    world.store.put = async () => ({ written: true });
    const repository = await open(world, { create: false, identities: [identityFile], trustedKeys });
    expect(await verify(repository, { readData: true })).toMatchObject({
      snapshots: 2,
      objects: 5,
      read: 5,
      unreferenced: 0,
      problems: [],
    });
  });

  it('is all foreign to those who trust somebody else', async () => {
    const randomness = new SeededRandomness();
    const store = new ReadOnly(directory, randomness);
    const world = { store, randomness, clock: new TestClock('2036-01-01T00:00:00.000Z') };
    const theirs = { create: false, identities: [identityFile], trustedKeys: ['0'.repeat(32)] };
    const repository = await open(world, theirs);
    expect((await repository.snapshots()).map(({ foreign }) => foreign)).toEqual([true, true]);
    await expect(repository.manifest('latest')).rejects.toMatchObject({ code: 'DK_NOT_FOUND' });
    expect((await repository.manifest(ids[0]!)).resources).toHaveLength(4);
  });

  it('is read alike by the independent checker', async () => {
    const files = (await readdir(directory, { recursive: true, withFileTypes: true }))
      .filter((file) => file.isFile())
      .map((file) => relative(directory, join(file.parentPath, file.name)));
    const { snapshots, problems } = await check(
      { keys: async () => files, read: (key) => readFile(join(directory, key)) },
      [identity],
    );
    expect(problems).toEqual([]);
    expect(snapshots.map(({ id, resources }) => [id, resources.size])).toEqual(ids.map((id) => [id, 4]));
  });
});

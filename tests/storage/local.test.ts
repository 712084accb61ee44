import { chmod, lstat, mkdir, readdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromFileSystem } from '../../pkg/storage/directory/errors.ts';
import { DirectoryStore } from '../../pkg/storage/directory/store.ts';
import { budget } from '../support/budget.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { realRandomness as random } from '../support/ports.ts';
import { all, inParallel, keysOf } from '../support/stores/read.ts';
import { conformance } from './conformance.ts';

conformance('MemoryStore', async () => ({ store: new MemoryStore(), dispose: async () => {} }), {
  conditionalPut: 'enforced',
});
conformance(
  'MemoryStore with versions',
  async () => ({ store: new MemoryStore({ versions: true }), dispose: async () => {} }),
  { conditionalPut: 'enforced', versions: true },
);
conformance(
  'MemoryStore that ignores conditions',
  async () => ({ store: new MemoryStore({ conditionalPut: 'ignored' }), dispose: async () => {} }),
  { conditionalPut: 'ignored' },
);
conformance(
  'DirectoryStore',
  async () => {
    const { path, remove } = await temporaryDirectory();
    return { store: new DirectoryStore(join(path, 'not', 'yet'), random), dispose: remove };
  },
  { conditionalPut: 'enforced' },
);

describe('MemoryStore', () => {
  it('gives the time of its clock', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    const store = new MemoryStore({ clock: { now: () => now } });
    await store.put('a', Buffer.from('x'));
    now = new Date('2026-01-03T00:00:00Z');

    expect((await store.head('a'))?.lastModified).toEqual(new Date('2026-01-01T00:00:00Z'));
    expect(await store.clock()).toEqual(now);
  });

  it('keeps earlier versions and delete markers when asked to', async () => {
    const store = new MemoryStore({ versions: true });
    await store.put('a', Buffer.from('1'));
    await store.put('a', Buffer.from('2'));
    await store.deleteMany(['a']);

    expect(store.versionsOf('a').map((version) => version.body?.toString())).toEqual(['1', '2', undefined]);
  });

  it('is not changed through a buffer that went in or came out', async () => {
    const store = new MemoryStore();
    const body = Buffer.from('before');
    await store.put('a', body);
    body.write('CHANGED');
    (await store.get('a')).write('CHANGED');

    expect((await store.get('a')).toString()).toBe('before');
  });
});

describe('DirectoryStore', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let root: string;
  let store: DirectoryStore;

  beforeEach(async () => {
    directory = await temporaryDirectory();
    root = join(directory.path, 'repository');
    store = new DirectoryStore(root, random);
  });
  afterEach(() => directory.remove());

  it('keeps others out: directories 0700, files 0600', async () => {
    await store.put('objects/aa/b.json.gz', Buffer.from('x'));

    for (const path of ['', 'objects', 'objects/aa', '.tmp']) {
      expect((await lstat(join(root, path))).mode & 0o777).toBe(0o700);
    }
    expect((await lstat(join(root, 'objects/aa/b.json.gz'))).mode & 0o777).toBe(0o600);
  });

  it('creates nothing before the first put', async () => {
    expect(await keysOf(store, '')).toEqual([]);
    expect(await store.head('a')).toBeUndefined();
    await store.deleteMany(['a']);

    await expect(lstat(root)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('leaves no temporary file behind, and lists none that a killed process left', async () => {
    await store.put('a.json', Buffer.from('x'));
    await store.put('a.json', Buffer.from('y'), { ifAbsent: true });
    expect(await readdir(join(root, '.tmp'))).toEqual([]);

    await writeFile(join(root, '.tmp', 'half'), 'hal');

    expect(await keysOf(store, '')).toEqual(['a.json']);
  });

  it('removes temporary files of a day ago, but not those of a put that may be going on', async () => {
    await mkdir(join(root, '.tmp'), { recursive: true });
    await writeFile(join(root, '.tmp', 'old'), 'x');
    await writeFile(join(root, '.tmp', 'young'), 'x');
    const longAgo = new Date(Date.now() - 25 * 3_600_000);
    await utimes(join(root, '.tmp', 'old'), longAgo, longAgo);

    await store.put('a.json', Buffer.from('x'));

    expect(await readdir(join(root, '.tmp'))).toEqual(['young']);
  });

  describe('with symbolic links planted in it', () => {
    let outside: string;

    beforeEach(async () => {
      outside = join(directory.path, 'outside');
      await mkdir(outside);
      await writeFile(join(outside, 'secret.json'), 'secret');
      await store.put('objects/aa/b.json', Buffer.from('x'));
      await symlink(outside, join(root, 'linked'));
      await symlink(join(outside, 'secret.json'), join(root, 'objects', 'link.json'));
    });

    it('reads, writes, deletes and lists nothing through them', async () => {
      const refusal = { code: 'DK_STORE_DENIED' };

      await expect(store.get('linked/secret.json')).rejects.toMatchObject(refusal);
      await expect(store.get('objects/link.json')).rejects.toMatchObject(refusal);
      await expect(store.head('objects/link.json')).rejects.toMatchObject(refusal);
      await expect(store.put('linked/new.json', Buffer.from('x'))).rejects.toMatchObject(refusal);
      await expect(store.put('linked/deep/new.json', Buffer.from('x'))).rejects.toMatchObject(refusal);
      expect(await store.deleteMany(['linked/secret.json'])).toMatchObject([{ problem: { code: 'denied' } }]);
      await expect(keysOf(store, '')).rejects.toMatchObject(refusal);
      await expect(keysOf(store, 'linked/')).rejects.toMatchObject(refusal);
      await expect(keysOf(store, 'objects/')).rejects.toMatchObject(refusal);
      expect(await readdir(outside)).toEqual(['secret.json']);
      expect(await keysOf(store, 'objects/aa/')).toEqual(['objects/aa/b.json']);
    });

    it('replaces a link instead of writing to what it points to', async () => {
      await store.put('objects/link.json', Buffer.from('mine'));

      expect(await readFile(join(outside, 'secret.json'), 'utf8')).toBe('secret');
      expect((await store.get('objects/link.json')).toString()).toBe('mine');
    });
  });

  it('may itself be reached through a link', async () => {
    await store.put('a.json', Buffer.from('x'));
    await symlink(root, join(directory.path, 'link'));

    const linked = new DirectoryStore(join(directory.path, 'link'), random);

    expect(await keysOf(linked, '')).toEqual(['a.json']);
  });

  it('lists names that it would never write, so that a foreign file is noticed', async () => {
    await store.put('a.json', Buffer.from('x'));
    await writeFile(join(root, 'My notes é.txt'), 'x');
    await writeFile(join(root, '.DS_Store'), 'x');

    expect(await keysOf(store, '')).toEqual(['My notes é.txt', 'a.json']);
  });

  it.each(['ENOENT', 'ESTALE', 'ENOTCONN', 'ENODEV'])('asks for the mount when it is gone (%s)', (code) => {
    const error = Object.assign(new Error(`${code}: gone`), { code });
    expect(fromFileSystem(error, 'write a', store.description)).toMatchObject({
      code: 'DK_STORE_FAILED',
      hint: expect.stringContaining('mounted'),
    });
  });

  it('says that a file is where a folder is needed', async () => {
    await store.put('a', Buffer.from('x'));

    await expect(store.put('a/b', Buffer.from('x'))).rejects.toMatchObject({ code: 'DK_STORE_KEY' });
    await expect(store.get('a/b')).rejects.toMatchObject({ code: 'DK_STORE_NOT_FOUND' });
    expect(await store.head('a/b')).toBeUndefined();
    expect(await store.deleteMany(['a/b'])).toEqual([{ key: 'a/b' }]);
  });

  it.skipIf(process.getuid?.() === 0)('names the directory that it may not write to', async () => {
    await store.put('a', Buffer.from('x'));
    await chmod(join(root, '.tmp'), 0o500);

    await expect(store.put('b', Buffer.from('x'))).rejects.toMatchObject({ code: 'DK_STORE_DENIED' });
  });

  it('lists thousands of files completely and in order', async () => {
    const shards = Array.from({ length: 256 }, (_, at) => at.toString(16).padStart(2, '0'));
    const names = Array.from({ length: budget(8, 79) }, (_, at) => `${at.toString(16).padStart(4, '0')}.json.gz`);
    for (const shard of shards) {
      await mkdir(join(root, 'objects', shard), { recursive: true });
    }
    const paths = shards.flatMap((shard) => names.map((name) => `objects/${shard}/${name}`));
    await inParallel(paths, 64, (path) => writeFile(join(root, path), ''));

    const infos = await all(store.list('objects/'));

    expect(infos.length).toBeGreaterThan(2_000);
    expect(infos.map((info) => info.key)).toEqual([...paths].sort());
  });
});

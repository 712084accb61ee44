import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { holdSnapshot, releaseSnapshot } from '../../pkg/repository/holds/holds.ts';
import { CopyBench } from '../operations/copy-bench.ts';
import { keysOf } from '../support/repository/repository.ts';

/** Someone has the write key of one of two targets, and must not harm what is in the other. */
let bench: CopyBench;
let first: Manifest;
let second: Manifest;

const kept = { policy: { keepLast: 1 } };

beforeEach(async () => {
  bench = new CopyBench();
  first = await bench.backUp({ a: { v: 1 } });
  second = await bench.backUp({ a: { v: 2 } });
  await holdSnapshot(await bench.open(bench.from), first.id, { note: 'for the audit' }, bench);
  await bench.copy({ kept });
});

const annotations = async (): Promise<string[]> =>
  (await keysOf(bench.from.store)).filter((key) => key.startsWith('signatures/notes/') || key.startsWith('holds/'));

describe('with the write key of the first target', () => {
  it('a hold that is removed there stays in the copy', async () => {
    await bench.from.store.deleteMany(await annotations());
    await bench.copy({ kept });
    expect(await bench.there()).toMatchObject({ ids: [first.id, second.id], held: [first.id] });
  });

  it('no release that a trusted key did not sign ends a hold in the copy', async () => {
    const [key = ''] = await keysOf(bench.from.store, 'signatures/notes/');
    const file = JSON.parse((await bench.from.store.get(key)).toString('utf8'));
    const released = { ...file, released: { time: bench.clock.now().toISOString() } };
    await bench.from.store.put(key, Buffer.from(JSON.stringify(released)));
    await bench.copy({ kept });
    expect((await bench.there()).held).toEqual([first.id]);
  });

  it('the release of an earlier hold does not end a later one', async () => {
    const [key = ''] = await keysOf(bench.from.store, 'signatures/notes/');
    await releaseSnapshot(await bench.open(bench.from), first.id, {});
    const released = await bench.from.store.get(key);
    await holdSnapshot(await bench.open(bench.from), first.id, { note: 'again' }, bench);
    await bench.copy({ kept });
    await bench.from.store.deleteMany(await annotations());
    await bench.from.store.put(key, released);
    await bench.copy({ kept });
    expect((await bench.there()).held).toEqual([first.id]);
  });

  it('a hold that no trusted key signed does not get into the copy, nor the snapshot for its sake', async () => {
    const third = await bench.backUp({ a: { v: 3 } });
    const fourth = await bench.backUp({ a: { v: 4 } });
    await bench.from.store.put(`signatures/notes/${third.id}.0badc0de.json`, Buffer.from('{}'));
    await bench.copy({ kept });
    expect(await bench.there()).toMatchObject({ ids: [first.id, second.id, fourth.id], held: [first.id] });
  });

  it.each([
    ['everything is deleted', () => keysOf(bench.from.store)],
    ['every snapshot is deleted', () => keysOf(bench.from.store, 'snapshots/')],
  ])('nothing goes from the copy when %s', async (_what, keys) => {
    await bench.from.store.deleteMany(await keys());
    await bench.copy({ kept }).catch(() => undefined);
    expect((await bench.there()).ids).toEqual([first.id, second.id]);
  });

  it('a forged snapshot is not copied, and does not push out a genuine one', async () => {
    const id = '20261124T163001Z-0badc0de';
    await bench.from.store.put(`snapshots/${id}.json.gz`, gzipSync(JSON.stringify({ ...second, id })));
    expect(await bench.copy({ kept })).toMatchObject({ status: 'partial', counts: { copied: 0 } });
    expect((await bench.there()).ids).toEqual([first.id, second.id]);
  });
});

describe('with the write key of the copy', () => {
  it('nothing changes in the first target', async () => {
    const before = await keysOf(bench.from.store);
    await bench.to.store.deleteMany(await keysOf(bench.to.store));
    await bench.to.store.put('snapshots/20270101T000000Z-0badc0de.json.gz', Buffer.from('junk'));
    await bench.copy({ kept }).catch(() => undefined);
    expect((await keysOf(bench.from.store)).filter((key) => !key.startsWith('cache/'))).toEqual(
      before.filter((key) => !key.startsWith('cache/')),
    );
  });

  it('a file in the place of a copy is found, and the hold of another one still goes over', async () => {
    const third = await bench.backUp({ a: { v: 3 } });
    await bench.to.store.put(`snapshots/${third.id}.json.gz`, Buffer.from('junk'));
    await holdSnapshot(await bench.open(bench.from), second.id, { note: 'too' }, bench);
    expect(await bench.copy({ kept })).toMatchObject({ status: expect.not.stringMatching('complete') });
    expect((await bench.there()).held).toEqual([first.id, second.id]);
  });
});

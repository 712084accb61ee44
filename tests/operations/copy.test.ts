import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { beforeEach, describe, expect, it } from 'vitest';
import { DashkeepError } from '../../pkg/contract/errors.ts';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import { holdSnapshot, noteSnapshot, releaseSnapshot } from '../../pkg/repository/holds/holds.ts';
import { deleteSnapshot } from '../../pkg/repository/snapshots/forget.ts';
import { verify } from '../../pkg/repository/verify/verify.ts';
import { keysOf, recordingLog } from '../support/repository/repository.ts';
import { FaultStore } from '../support/stores/fault-store.ts';
import { CopyBench, HOUR } from './copy-bench.ts';

let bench: CopyBench;
let first: Manifest;
let second: Manifest;

async function start(secrets = {}): Promise<void> {
  bench = new CopyBench(secrets);
  first = await bench.backUp({ a: { v: 1 }, b: { w: 1 } });
  second = await bench.backUp({ a: { v: 2 }, b: { w: 1 } });
}
beforeEach(() => start());

const kept = { policy: { keepLast: 1 } };

async function onHold(id: string, place: 'from' | 'to' = 'from'): Promise<void> {
  await holdSnapshot(await bench.open(bench[place]), id, { note: 'for the audit', by: 'alice' }, bench);
}

describe('a copy', () => {
  it('has every snapshot, and its record says how many', async () => {
    expect(await bench.copy()).toMatchObject({
      status: 'complete',
      snapshot: second.id,
      counts: { copied: 2, present: 0, copiedObjects: 3, problems: 0 },
    });
    expect((await bench.there()).ids).toEqual([first.id, second.id]);
    expect(await bench.copy()).toMatchObject({ status: 'complete', counts: { copied: 0, present: 2 } });
  });

  it('keeps the recipients of its target', async () => {
    const identity = await generateX25519Identity();
    await start({ identities: [identity], recipients: [await identityToRecipient(identity)] });
    expect(await bench.copy({ thorough: true })).toMatchObject({ status: 'complete', counts: { read: 3 } });
    expect((await keysOf(bench.to.store, 'objects/')).filter((key) => !key.endsWith('.age'))).toEqual([]);
  });

  it('is refused in the clear, where it is kept by rules and its source is encrypted', async () => {
    const identity = await generateX25519Identity();
    await start({ identities: [identity], recipients: [await identityToRecipient(identity)] });
    bench.secrets.recipients = [];
    bench.secrets.identities = [];
    await expect(bench.copy({ kept })).rejects.toMatchObject({ code: 'DK_ENCRYPTION' });
    expect(await keysOf(bench.to.store, 'objects/')).toEqual([]);
  });

  it('is refused into the same repository', async () => {
    bench.to.store = bench.from.store;
    await expect(bench.copy()).rejects.toMatchObject({ code: 'DK_SETTINGS', why: { code: 'copy-same-repository' } });
  });

  it('goes past a damaged snapshot, and says so', async () => {
    await bench.from.store.put(`snapshots/${first.id}.json.gz`, Buffer.from('junk'));
    expect(await bench.copy()).toMatchObject({
      status: 'partial',
      counts: { copied: 1 },
      warned: [{ code: 'copy-damaged', params: { snapshots: first.id } }],
    });
  });

  it.each([
    [1, true],
    [2, false],
  ])('says that it contains no snapshot, if its source fails before: at object %i of 3', async (after, isEmpty) => {
    const error = new DashkeepError('DK_STORE_CREDENTIALS', 'these credentials are refused');
    let reads = 0;
    const store = new FaultStore(bench.from.store, ({ operation, key }) =>
      operation === 'get' && key.startsWith('objects/') && ++reads > after ? { kind: 'fail', error } : undefined,
    );
    const log = recordingLog();
    await expect(bench.copy({}, { from: { ...bench.from, store }, log })).rejects.toBe(error);
    expect(log.lines.some((line) => line.includes('the copy contains no snapshot yet'))).toBe(isEmpty);
  });

  it('gets back what is missing or damaged in it', async () => {
    await bench.copy();
    const [one, two] = await keysOf(bench.to.store, 'objects/');
    await bench.to.store.put(one!, Buffer.from('this is damaged, and long enough to be an object'));
    await bench.to.store.deleteMany([two!]);
    expect(await bench.copy({ kept: { policy: undefined }, thorough: true })).toMatchObject({
      status: 'complete',
      counts: { mended: 2, problems: 0 },
      warned: [{ code: 'copy-mended' }],
    });
    expect((await verify(await bench.open(bench.to), { readData: true })).problems).toEqual([]);
  });

  it('gets back what the first target has only in a newer snapshot', async () => {
    await bench.copy();
    await deleteSnapshot(await bench.open(bench.from), first.id);
    const shared = second.resources.find(({ uid }) => uid === 'b')?.object ?? '';
    const [key = ''] = (await keysOf(bench.to.store, 'objects/')).filter((one) => one.includes(shared));
    await bench.to.store.deleteMany([key]);
    const { status, counts } = await bench.copy({ kept: { policy: undefined }, thorough: true });
    expect({ status, counts }).toMatchObject({ status: 'complete', counts: { mended: 1, problems: 0 } });
  });

  it('is taken from no one who can read it, where the given identity cannot', async () => {
    const [own, others] = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
    const recipients = [await identityToRecipient(own)];
    await start({ identities: [own], recipients });
    bench.secrets.recipients = [await identityToRecipient(others)];
    await bench.copy();
    bench.secrets.recipients = recipients;

    expect(await bench.copy({ thorough: true })).toMatchObject({ status: 'failed', counts: { problems: 3 } });

    const theirs = await bench.open(bench.to, { identities: [others] });
    expect((await verify(theirs, { readData: true })).problems).toEqual([]);
  });
});

describe('retention of a copy', () => {
  it('is its own: it takes nothing that it would forget, and forgets what it has', async () => {
    await bench.copy({ kept });
    expect((await bench.there()).ids).toEqual([second.id]);
    const third = await bench.backUp({ a: { v: 3 } });
    await bench.copy({ kept });
    expect(await bench.copy({ kept })).toMatchObject({ counts: { copied: 0, forgotten: 1 } });
    expect((await bench.there()).ids).toEqual([third.id]);
    expect(await keysOf(bench.from.store, 'snapshots/')).toHaveLength(3);
  });

  it('keeps what the first target has forgotten', async () => {
    await bench.copy();
    await bench.from.store.deleteMany((await keysOf(bench.from.store)).filter((key) => key.includes(first.id)));
    await bench.copy({ kept: { policy: { keepLast: 5 } } });
    expect((await bench.there()).ids).toEqual([first.id, second.id]);
  });

  it('pauses when the first target was emptied, until a person accepts that', async () => {
    await bench.copy();
    await bench.from.store.deleteMany((await keysOf(bench.from.store)).filter((key) => key !== 'dashkeep.json'));
    expect(await bench.copy({ kept })).toMatchObject({ warned: [{ code: 'copy-keeps-changed' }] });
    expect((await bench.there()).ids).toEqual([first.id, second.id]);
  });
});

describe('holds and notes', () => {
  it('go with the snapshot, and a release ends them there as well', async () => {
    await onHold(first.id);
    await noteSnapshot(await bench.open(bench.from), second.id, { note: 'before the move' }, {});
    await bench.copy({ kept });
    expect(await bench.there()).toMatchObject({
      ids: [first.id, second.id],
      held: [first.id],
      notes: ['before the move'],
    });
    bench.clock.advance(HOUR);
    await releaseSnapshot(await bench.open(bench.from), first.id, { by: 'bob' });
    await bench.copy({ kept });
    expect(await bench.there()).toMatchObject({ ids: [second.id], held: [] });
  });

  it('a note that was removed is removed there as well', async () => {
    const note = async (text: string): Promise<void> => {
      bench.clock.advance(HOUR);
      await noteSnapshot(await bench.open(bench.from), second.id, { note: text }, {});
      await bench.copy({ kept });
    };
    await note('before the move');
    await note('');
    expect((await bench.there()).notes).toEqual([]);
    await note('after all');
    expect((await bench.there()).notes).toEqual(['after all']);
  });

  it('a hold that only the copy has stays when another one is released', async () => {
    await onHold(first.id);
    await bench.copy();
    await onHold(second.id, 'to');
    await releaseSnapshot(await bench.open(bench.from), first.id, {});
    await bench.copy();
    expect((await bench.there()).held).toEqual([second.id]);
  });
});

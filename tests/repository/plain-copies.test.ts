import { beforeEach, describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { plainCopyKey } from '../../pkg/repository/snapshots/plain-copies.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';
import { keyProblem } from '../../pkg/storage/keys.ts';
import { open, SeededRandomness, TestClock, type World } from '../support/repository/repository.ts';
import { cases } from '../support/cases.ts';

let world: World & { store: MemoryStore };

beforeEach(() => {
  const clock = new TestClock();
  world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
});

describe('plain copies', () => {
  it('lie where the classic script puts them', async () => {
    const copies = await (await open(world)).plainCopies();
    await copies.write(1, 'abc_D-1', 'object-1', '{"dashboard":{},"meta":{}}');
    expect((await world.store.get('grafana-backups/dashboard-abc_D-1.json')).toString()).toBe(
      '{"dashboard":{},"meta":{}}',
    );
  });

  it('know in the next run what they were made from', async () => {
    const copies = await (await open(world)).plainCopies();
    await copies.write(1, 'a', 'object-1', '{}');
    await copies.finish();

    const next = await (await open(world)).plainCopies();
    expect(next.has(1, 'a', 'object-1')).toBe(true);
    expect(next.has(1, 'a', 'object-2')).toBe(false);
    expect(next.has(2, 'a', 'object-1')).toBe(false);
    expect(next.has(1, '__proto__', 'object-1')).toBe(false);
  });

  it.each([
    ['was deleted', (store: MemoryStore) => store.deleteMany(['grafana-backups/dashboard-a.json'])],
    ['was overwritten', (store: MemoryStore) => store.put('grafana-backups/dashboard-a.json', Buffer.from('oops'))],
  ])('are written again when a copy %s by somebody else', async (_what, spoil) => {
    const copies = await (await open(world)).plainCopies();
    await copies.write(1, 'a', 'object-1', '{}');
    await copies.finish();
    await spoil(world.store);
    expect((await (await open(world)).plainCopies()).has(1, 'a', 'object-1')).toBe(false);
  });

  it('are written again when the list of them is damaged', async () => {
    await world.store.put('cache/plain-copies.json.gz', Buffer.from('damaged'));
    expect((await (await open(world)).plainCopies()).has(1, 'a', 'object-1')).toBe(false);
  });
});

describe('the key of a plain copy', () => {
  it('is valid and in its folder for every uid', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 1, max: 99 }), (uid, org) => {
        const key = plainCopyKey(org, uid);
        expect(keyProblem(key)).toBeUndefined();
        expect(key).toMatch(/^grafana-backups\/(org-\d+-)?dashboard-[^/]*\.json$/);
      }),
      cases(100, 500),
    );
  });

  it('is another one for every other uid', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.string({ maxLength: 300 }), (a, b) => {
        expect(plainCopyKey(1, a) === plainCopyKey(1, b)).toBe(a === b);
      }),
      cases(100, 500),
    );
  });

  it.each(['../../etc/passwd', 'a/b', '..', 'a%2Fb', 'é', ' ', 'x'.repeat(500)])('is harmless for %j', (uid) => {
    expect(plainCopyKey(1, uid).split('/')).toHaveLength(2);
  });
});

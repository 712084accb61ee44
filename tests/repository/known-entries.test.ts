import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findListMember } from '../../pkg/lib/json/list-member.ts';
import { KnownEntries, type KnownEntry } from '../../pkg/repository/snapshots/known-entries.ts';
import { cases } from '../support/cases.ts';

/** Reads lists one after another; each new element is noted. */
function reader(): { read: (list: readonly unknown[]) => unknown[]; fresh: string[] } {
  const known = new KnownEntries();
  const fresh: string[] = [];
  const read = (list: readonly unknown[]): unknown[] => {
    const text = JSON.stringify({ id: 'x', resources: list });
    const entries = known.of(text, findListMember(text, 'resources')!, (own) => {
      fresh.push(own);
      return { text: own, canonical: own, entry: JSON.parse(own) as KnownEntry['entry'] };
    });
    return entries.map(({ entry }) => entry);
  };
  return { read, fresh };
}

const many = Array.from({ length: 60 }, (_, at) => ({ uid: `a${at}` }));

describe('entries of manifests that are read one after another', () => {
  it.each([
    ['nothing changed', many, 0],
    ['one changed', many.with(30, { uid: 'b' }), 1],
    ['one added', [...many.slice(0, 30), { uid: 'b' }, ...many.slice(30)], 1],
    ['one removed', many.toSpliced(30, 1), 0],
    ['many removed: out of step for a while, and no longer', many.toSpliced(10, 20), 8],
    ['many added', [...Array.from({ length: 20 }, (_, at) => ({ uid: `b${at}` })), ...many], 20],
    ['all gone', [], 0],
  ])('are read once: %s', (_name, next, count) => {
    const { read, fresh } = reader();
    read(many);
    fresh.length = 0;
    expect(read(next)).toEqual(next);
    expect(fresh).toHaveLength(count);
  });

  it('are what the text says, whatever changed', () => {
    const list = fc.array(fc.record({ uid: fc.constantFrom(...'abcdefgh'), title: fc.string({ maxLength: 2 }) }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.array(list, { maxLength: 5 }), (lists) => {
        const { read } = reader();
        lists.forEach((one) => expect(read(one)).toEqual(one));
      }),
      cases(100, 500),
    );
  });

  it('stay known when a list with a wrong one was refused', () => {
    const known = new KnownEntries();
    const of = (list: unknown[], fails = false): KnownEntry[] => {
      const text = JSON.stringify({ resources: list });
      return known.of(text, findListMember(text, 'resources')!, (own) => {
        if (fails) {
          throw new Error('wrong');
        }
        return { text: own, canonical: own, entry: JSON.parse(own) as KnownEntry['entry'] };
      });
    };
    const [first] = of([1, 2]);
    expect(() => of([3], true)).toThrow('wrong');
    expect(of([1, 2])[0]).toBe(first);
  });
});

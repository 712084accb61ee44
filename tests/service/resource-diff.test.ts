import { describe, expect, it } from 'vitest';
import { resourceDiff, type Side } from '../../pkg/service/repository/resource-diff.ts';

const REF = { org: 1, kind: 'dashboard', uid: 'a' } as const;
const FOLDERS: Record<string, string> = { shop: 'Shop', web: 'Web / New' };
const nameOf = (uid: string): string => FOLDERS[uid] ?? uid;
const side = (body: object, folderUid?: string): Side => ({ text: JSON.stringify(body), title: 'A', folderUid });

describe('the difference of one resource', () => {
  it('is one where only its folder changed', () => {
    const moved = resourceDiff(REF, side({ title: 'A' }, 'shop'), side({ title: 'A' }, 'web'), nameOf);
    expect(moved).toMatchObject({
      change: 'changed',
      changes: [{ code: 'folder-moved', params: { before: 'Shop', after: 'Web / New' } }],
    });
    expect(resourceDiff(REF, side({ title: 'A' }, 'shop'), side({ title: 'A' }, 'shop'), nameOf)).toMatchObject({
      change: 'unchanged',
      changes: [],
    });
  });

  it('has the whole content where only one side holds it', () => {
    expect(resourceDiff(REF, undefined, side({ title: 'A' }), nameOf)).toEqual({
      ...REF,
      ...{ change: 'added', title: 'A', changes: [], truncated: false, after: { title: 'A' } },
    });
    expect(resourceDiff(REF, side({ title: 'A' }), undefined, nameOf)).toMatchObject({ change: 'removed' });
  });
});

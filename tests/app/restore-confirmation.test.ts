import { describe, expect, it } from 'vitest';
import type { RestorePlan } from '../../pkg/contract/api/restores.ts';
import type { PlanItem } from '../../pkg/contract/plan.ts';
import { showPage } from './host/runtime.ts';

showPage();

describe('how a plan is confirmed', async () => {
  const { comparedBy, confirmationOf } = await import('../../src/pages/Restore/plan/confirmation.ts');
  const item: PlanItem = {
    ...{ org: 1, kind: 'dashboard', uid: 'a', title: 'Checkout', folder: '', action: 'update' },
    ...{ reason: '', code: 'differs', params: {}, losses: [], security: [] },
  };
  const plan = (changes: Partial<RestorePlan>): RestorePlan => ({
    ...{ id: 'p', state: 'planned', snapshot: 's', selection: { type: 'everything' }, options: {} },
    ...{ created: '2026-01-01T00:00:00.000Z', expires: '2026-01-01T01:00:00.000Z', losing: 0, security: 0 },
    ...{ dependencies: [], dataSources: [], liveDataSources: [], warnings: [] },
    ...changes,
    counts: { create: 0, update: 0, unchanged: 0, skip: 0, blocked: 0, delete: 0, ...changes.counts },
  });
  const one = { counts: { update: 1, unchanged: 2 }, confirm: 'Checkout' } as Partial<RestorePlan>;

  it('takes the button for what is only created', () => {
    expect(confirmationOf(plan({ counts: { create: 3 } as RestorePlan['counts'] }), undefined)).toEqual({
      by: 'button',
    });
  });

  it('takes the button for one resource whose difference is on the page, and typing without it', () => {
    expect(confirmationOf(plan(one), item)).toEqual({ by: 'button' });
    expect(confirmationOf(plan(one), undefined)).toEqual({ by: 'typing', phrase: 'Checkout' });
  });

  it('asks once more where something is lost, or the plan warns', () => {
    expect(confirmationOf(plan(one), { ...item, losses: ['a secret'] })).toEqual({ by: 'dialog' });
    expect(confirmationOf(plan({ ...one, warnings: ['partial'] }), item)).toEqual({ by: 'dialog' });
  });

  it.each([
    ['several', { counts: { update: 2 }, confirm: '2 resources' }, '2 resources'],
    ['one besides what is created', { counts: { update: 1, create: 1 }, confirm: 'Checkout' }, 'Checkout'],
    ['one besides what is blocked', { counts: { update: 1, blocked: 1 }, confirm: 'Checkout' }, 'Checkout'],
    ['a deletion', { counts: { update: 1, delete: 1 }, confirm: 'Main Org.' }, 'Main Org.'],
    [
      'a deletion that opens something',
      { counts: { delete: 1 }, confirm: 'A, 1 security change', security: 1 },
      'A, 1 security change',
    ],
    ['what is only created from a snapshot that lacks something', { notFull: {}, confirm: 's' }, 's'],
    ['one of such a snapshot', { ...one, notFull: { lastFull: 'f' }, confirm: 's' }, 's'],
    ['one that opens something', { ...one, security: 1, confirm: '1 security change' }, '1 security change'],
  ] as [string, Partial<RestorePlan>, string][])('is typed for %s', (_, changes, phrase) => {
    expect(confirmationOf(plan(changes), item)).toEqual({ by: 'typing', phrase });
  });

  it('compares only what keeps its uid and organization, and of a group its only rule', () => {
    expect(comparedBy(item)).toEqual({ org: 1, kind: 'dashboard', uid: 'a' });
    expect(comparedBy({ ...item, targetUid: 'b' })).toBeUndefined();
    expect(comparedBy({ ...item, targetOrg: 2 })).toBeUndefined();
    expect(comparedBy({ ...item, action: 'create' })).toBeUndefined();
    const rules = ['x', 'y'].map((uid) => ({ uid, title: uid }));
    expect(comparedBy({ ...item, rules: rules.slice(1) })).toEqual({ org: 1, kind: 'alert-rule', uid: 'y' });
    expect(comparedBy({ ...item, rules })).toBeUndefined();
  });
});

describe('what a plan folds away', async () => {
  const { foldedCount } = await import('../../src/pages/Restore/plan/folded.ts');

  it('is what stays unchanged', () => {
    expect(foldedCount({ update: 2, unchanged: 3000 }, '')).toBe(3000);
    expect(foldedCount({ blocked: 1, unchanged: 1 }, '')).toBe(1);
  });

  it('is nothing where nothing changes, or where a filter asks for more', () => {
    expect(foldedCount({ unchanged: 3000 }, '')).toBe(0);
    expect(foldedCount({ create: 0, unchanged: 3000 }, '')).toBe(0);
    expect(foldedCount({ update: 2, unchanged: 3000 }, 'unchanged')).toBe(0);
  });
});

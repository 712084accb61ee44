import { expect, it } from 'vitest';
import { securityFirst } from '../../../pkg/engine/restore/plan/security.ts';
import type { PlanAction } from '../../../pkg/contract/plan.ts';

it('a plan lists changes of security first, and what it leaves as it is last', () => {
  const item = (action: PlanAction, opens = false) => ({
    action,
    security: opens ? [{ code: 'public-link' as const, params: {} }] : [],
  });
  const items = [item('skip'), item('unchanged'), item('delete'), item('skip'), item('create', true), item('blocked')];
  expect(securityFirst(items as never[]).map(({ action }) => action)).toEqual([
    ...['create', 'delete', 'blocked'],
    ...['skip', 'unchanged', 'skip'],
  ]);
});

import { expect, it } from 'vitest';
import { reason } from '../../pkg/contract/reasons/catalogue.ts';
import { because } from '../../pkg/contract/reasons/reason.ts';
import type { PlanAction } from '../../pkg/contract/plan.ts';
import type { Plan } from '../../pkg/engine/restore/types.ts';
import { restoreOutcome } from '../../pkg/operations/restore.ts';

it('counts the resources that the plan skipped, so that no run looks as if it had none', () => {
  const item = (action: PlanAction, uid: string) => ({ org: 1, kind: 'dashboard' as const, uid, title: uid, action });
  const items = [item('create', 'a'), item('skip', 'b'), item('skip', 'c'), item('unchanged', 'd')];
  const result = { ...item('create', 'a'), outcome: 'verified' as const, ...because(reason('as-planned')) };
  const restored = { results: [result], safetySnapshot: 's' };
  const { status, counts } = restoreOutcome(restored as never, { items } as unknown as Plan);
  expect({ status, counts }).toMatchObject({ status: 'complete', counts: { verified: 1, skipped: 2 } });
});

it.each([
  reason('security-unseen'),
  reason('api-version', { version: '11.6', apiVersion: 'dashboard.grafana.app/v2beta1' }),
])('is partial where something was blocked, and names it: $code', (why) => {
  const item = { org: 1, kind: 'dashboard' as const, uid: 'a', title: 'a', action: 'blocked' as const };
  const items = [{ ...item, ...because(why) }];
  const { status, errors } = restoreOutcome({ results: [] } as never, { items } as unknown as Plan);
  expect({ status, errors }).toMatchObject({ status: 'partial', errors: [{ uid: 'a', code: why.code }] });
});

it('is partial where an account kept a role and there was nothing else to restore', () => {
  const why = reason('role-kept', { message: 'Cannot remove last organization admin' });
  const result = { org: 1, kind: 'user' as const, uid: 'ada', title: 'ada', outcome: 'differs', ...because(why) };
  const { status, errors } = restoreOutcome({ results: [result] } as never, { items: [] } as unknown as Plan);
  expect({ status, errors }).toMatchObject({ status: 'partial', errors: [{ code: 'role-kept' }] });
});

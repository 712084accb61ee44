import { expect, it } from 'vitest';
import { copied } from '../../../pkg/service/readiness/lines/runs.ts';

it('names what makes the second copy untrusted, and the next step', () => {
  const warned = [{ code: 'DK_SNAPSHOT_FOREIGN', params: { message: 'untrusted: only f00d signed it' } }];
  const last = { status: 'failed', counts: { problems: 9 }, warned };
  const facts = { now: new Date('2026-11-30T10:00:00.000Z') };

  const said = copied({ last, overdue: false } as never, facts as never);

  expect(said.found).toContainEqual({
    code: 'copy-problem',
    params: { message: 'untrusted: only f00d signed it', count: '9' },
  });
  expect(said.advice?.map(({ code }) => code)).toEqual(['trust-or-remove', 'ready-see-runs']);
});

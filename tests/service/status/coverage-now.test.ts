import { expect, it } from 'vitest';
import { coverageOf } from '../../../pkg/repository/snapshots/coverage.ts';
import { coverageNow } from '../../../pkg/service/status/coverage-now.ts';

const own = coverageOf({
  orgs: [{ id: 1, name: 'Main Org.' }],
  kinds: {},
  errors: [],
  scope: { orgs: 'own', serverAdmin: true, others: [{ id: 2, name: 'Berlin' }] },
});
const codes = (orgs: 'all' | 'token', orgIds?: number[]) => {
  const settings = { scope: { orgs, excludeKinds: [], plainCopies: 'auto' as const, fullReadEvery: 12 } };
  return coverageNow(own, settings, [1], orgIds)?.advice.map(({ code }) => code);
};

it('says that the next backup includes other organizations once the settings select them', () => {
  expect(codes('token')).toEqual(['include-orgs']);
  expect(codes('all')).toEqual(['orgs-in-next']);
  expect(codes('token', [1, 2])).toEqual(['orgs-in-next']);
  expect(own.text).toMatch(/because the settings selected one organization/);
});

it('does not say so of organizations that the settings exclude now', () => {
  expect(codes('token', [1])).toEqual(['run-backup-again']);
});

import { expect, it } from 'vitest';
import { coverageOf } from '../../../pkg/repository/snapshots/coverage.ts';
import { coverageNow } from '../../../pkg/service/status/coverage-now.ts';

const own = coverageOf({
  orgs: [{ id: 1, name: 'Main Org.' }],
  kinds: {},
  errors: [],
  scope: { orgs: 'own', serverAdmin: true, others: [{ id: 2, name: 'Berlin' }] },
});
const codes = (orgs: 'all' | 'token') =>
  coverageNow(own, { scope: { orgs, excludeKinds: [], plainCopies: 'auto', fullReadEvery: 12 } })?.advice.map(
    ({ code }) => code,
  );

it('says that the next backup includes other organizations once the settings select them', () => {
  expect(codes('token')).toEqual(['include-orgs']);
  expect(codes('all')).toEqual(['orgs-in-next']);
  expect(own.text).toMatch(/because the settings selected one organization/);
});

import { expect, it } from 'vitest';
import { coverageOf } from '../../../pkg/repository/snapshots/coverage.ts';
import { coverageNow } from '../../../pkg/service/status/coverage-now.ts';

const own = coverageOf({
  orgs: [{ id: 1, name: 'Main Org.' }],
  kinds: {},
  errors: [],
  scope: { orgs: 'own', serverAdmin: true, others: [{ id: 2, name: 'Berlin' }] },
});
const SET = new Map([['target.url', { value: 's3://bucket', from: 'DASHKEEP_TARGET' }]]);
const codes = (orgs: 'all' | 'token', orgIds?: number[], settings = SET) => {
  const values = { scope: { orgs, excludeKinds: [], plainCopies: 'auto' as const, fullReadEvery: 12 } };
  return coverageNow(own, values, [1], { orgIds, settings })?.advice.map(({ code }) => code);
};

it('says that the next backup includes other organizations once the settings select them', () => {
  expect(codes('token')).toEqual(['include-orgs']);
  expect(codes('all')).toEqual(['orgs-in-next']);
  expect(codes('token', [1, 2])).toEqual(['orgs-in-next']);
  expect(own.text).toMatch(/because only one organization is selected/);
});

it('advises to set the target only in a deployment that sets none', () => {
  expect(codes('token', undefined, new Map())).toEqual(['include-orgs', 'set-deployment-target']);
  expect(codes('token', [1, 2], new Map())).toEqual(['orgs-in-next']);
});

it('does not say so of organizations that the settings exclude now', () => {
  expect(codes('token', [1])).toEqual(['run-backup-again']);
});

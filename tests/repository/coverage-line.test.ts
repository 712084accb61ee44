import { expect, it } from 'vitest';
import type { SnapshotScope } from '../../pkg/contract/manifest.ts';
import { reasonSentence } from '../../pkg/contract/reasons/reason.ts';
import { coverageOf } from '../../pkg/repository/snapshots/coverage.ts';
import { uncoveredBy } from '../../pkg/repository/snapshots/covered/uncovered.ts';

const MAIN = { id: 1, name: 'Main Org.', home: true };

it('names organizations only where there are several', () => {
  const text = (others: { id: number; name: string }[]): string =>
    coverageOf({
      orgs: [MAIN],
      kinds: {},
      errors: [],
      scope: { orgs: 'all', serverAdmin: true, unselected: [], others },
    }).text;
  expect(text([])).toBe('0 of 0 kinds');
  expect(text([{ id: 2, name: 'Second' }])).toContain('1 of 2 organizations');
});

// After a colon, the number would look like the ID of an organization.
it('counts the organizations of a token in a way that does not look like an ID', () => {
  const text = (orgs: (typeof MAIN)[]): string =>
    coverageOf({ orgs, kinds: {}, errors: [], scope: { orgs: 'all', serverAdmin: false, unselected: [] } }).text;
  expect(text([MAIN])).toContain('one organization (a token does not show whether others exist)');
  expect(text([MAIN, { id: 2, name: 'Second', home: false }])).toContain('2 organizations (tokens do not show');
});

it('is not whole where no one knows or has chosen which organizations exist', () => {
  const found = (scope: Pick<SnapshotScope, 'orgs' | 'others'>) => {
    const covered = { orgs: [MAIN], kinds: {}, errors: [], scope: { serverAdmin: false, unselected: [], ...scope } };
    const { whole, advice } = coverageOf(covered);
    return {
      whole,
      advice: advice.map(reasonSentence).join(),
      uncovered: uncoveredBy(covered).map(({ code }) => code),
    };
  };
  const unknown = { whole: false, advice: expect.stringMatching(/set DASHKEEP_ORGS=1\b.*GRAFANA_ADMIN_USER/) };
  expect(found({ orgs: 'own' })).toEqual({ ...unknown, uncovered: ['covers-unknown-org'] });
  expect(found({ orgs: 'all' })).toEqual({ ...unknown, uncovered: ['covers-unknown-org'] });
  expect(found({ orgs: 'chosen' })).toEqual({ whole: true, advice: '', uncovered: [] });
  expect(found({ orgs: 'own', others: [] })).toEqual({ whole: true, advice: '', uncovered: [] });
});

it('says of a safety snapshot that it covers only what its restore can change', () => {
  const lacking = { listed: 0, stored: 0, reused: 0, skipped: 0, failed: 0 };
  const found = coverageOf({
    orgs: [MAIN],
    kinds: { user: { ...lacking, reason: 'needs a server admin', code: 'needs-server-admin', params: {} } },
    errors: [],
    trigger: 'safety',
    scope: { orgs: 'own', serverAdmin: false, unselected: [], others: [{ id: 2, name: 'Second' }] },
  });
  expect(found.parts.map(({ code }) => code)).toEqual(['covers-safety-orgs', 'covers-kinds', 'lacks-safety-kinds']);
  expect(found.text).not.toMatch(/settings|server admin/);
  expect(found).toMatchObject({ whole: true, advice: [] });
});

it('counts the resources that failed by kind, and none for a list that failed in several organizations', () => {
  const problem = { title: '', reason: 'status 500', code: 'DK_GRAFANA_FAILED', params: {} };
  const failed = (org: number, kind: 'team' | 'dashboard', uid: string) => ({ org, kind, uid, ...problem });
  const { text } = coverageOf({
    orgs: [MAIN],
    kinds: {},
    errors: [failed(1, 'team', ''), failed(2, 'team', ''), failed(1, 'dashboard', 'a'), failed(2, 'dashboard', 'b')],
  });
  expect(text).toContain('not read because of errors: team, dashboard (2)');
});

it('counts no organization of which nothing was read, and says why', () => {
  const none = { listed: 0, stored: 0, reused: 0, skipped: 0, failed: 0 };
  const found = (code: string) => {
    const why = { reason: 'refused', code, params: {} };
    return coverageOf({
      orgs: [MAIN, { id: 2, name: 'Second' }],
      // What failed in one organization may have been read in the other.
      kinds: {
        dashboard: { ...none, ...why },
        folder: none,
        'data-source-permissions': { ...none, reason: 'not here' },
      },
      errors: (['dashboard', 'folder'] as const).map((kind) => ({ org: 2, kind, uid: '', ...why })),
      scope: { orgs: 'all', serverAdmin: true, others: [] },
    });
  };
  const closed = found('no-member');
  expect(closed).toMatchObject({ orgs: { read: 1, existing: 2 }, kinds: { read: 2, existing: 2 }, whole: false });
  expect(closed.text).toBe(
    '1 of 2 organizations; not read, because the account is not a member: 2 (Second); 2 of 2 kinds',
  );
  expect(found('DK_GRAFANA_FAILED').text).toContain('not read because of errors: org 2 (Second)');
  // It was read, although some may be missing.
  expect(found('list-hides')).toMatchObject({ orgs: { read: 2 }, kinds: { read: 0, existing: 2 } });
});

it('names what is left out, though no one excluded it', () => {
  const uncovered = (orgs: 'own' | 'chosen'): string[] =>
    uncoveredBy({
      orgs: [MAIN],
      kinds: {},
      errors: [],
      scope: { orgs, serverAdmin: true, others: [{ id: 2, name: 'Second' }] },
    }).map(({ code }) => code);
  expect(uncovered('own')).toEqual(['covers-own-org']);
  expect(uncovered('chosen')).toEqual([]);
});

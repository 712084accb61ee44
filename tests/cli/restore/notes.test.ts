import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import type { CliContext } from '../../../pkg/cli/context.ts';
import { printRestore } from '../../../pkg/cli/restore/output.ts';
import type { Plan, Restored } from '../../../pkg/engine/restore/types.ts';

const item = { action: 'create', title: '', folder: '', reason: 'missing', losses: [], security: [] };
const again = ['enter again: url'];
const prom = { kind: 'data-source', uid: 'prom', org: 1 };
const items = [
  { ...item, kind: 'user', uid: 'bob', org: 1, losses: ['set a new password for this account'] },
  { ...item, ...prom },
  { ...item, kind: 'contact-point', uid: 'oncall', org: 1, losses: again },
  { ...item, kind: 'contact-point', uid: 'oncall', org: 2, targetOrg: 3, losses: again },
  { ...item, kind: 'contact-point', uid: 'oncall', org: 4, newOrg: 'Retail', losses: again },
];
const dataSources = [{ from: { ...prom, name: 'Metrics' }, by: 'restored' }];

function printed(everything: object | undefined, restored?: object, planned: object[] = items): string[] {
  const stdout = new PassThrough();
  const context = { stdout } as unknown as CliContext;
  printRestore(
    context,
    { json: false },
    { snapshot: 'x', items: planned, dataSources, everything } as unknown as Plan,
    restored as Restored | undefined,
  );
  return String(stdout.read()).split('\n');
}

it('the notes of a restore of everything name the organization, and no data source is listed a second time', () => {
  const lines = printed({});
  expect(lines.filter((line) => line.startsWith('note: '))).toEqual([
    'note: user bob: set a new password for this account',
    'note: contact-point oncall (org 1): enter again: url',
    'note: contact-point oncall (org 3): enter again: url',
    'note: contact-point oncall (org Retail): enter again: url',
    'note: org Retail: the result of the restore contains further notes for this organization',
  ]);
  expect(printed({}, { results: [] }).join('\n')).not.toContain('contains further notes');
  expect(lines.join('\n')).not.toContain('Metrics');
});

it('other restores say in one line each what becomes of the data sources of a dashboard', () => {
  const lines = printed(undefined);
  expect(lines).toContain('note: contact-point oncall (org 1): enter again: url');
  expect(lines).toContain('data source Metrics (prom): part of this plan');
});

it('what failed names the organization where there are several', () => {
  const failed = { outcome: 'failed', reason: 'refused', kind: 'contact-point', uid: 'oncall', title: '' };
  const results = [
    { ...failed, org: 2 },
    { ...failed, org: 4 },
    { ...failed, org: 1, kind: 'user', uid: 'bob' },
  ];
  const named = (everything: object | undefined): string[] =>
    printed(everything, { results }).filter((line) => line.startsWith('failed: '));
  expect(named({})).toEqual([
    'failed: contact-point oncall (org 3): refused',
    'failed: contact-point oncall (org Retail): refused',
    'failed: user bob: refused',
  ]);
  expect(named(undefined)).toEqual(named({}));
});

it('says that created organizations and users are kept only where some were created', () => {
  const results = [{ outcome: 'verified', kind: 'data-source', uid: 'prom', org: 1, title: '', reason: '' }];
  const restored = { results, safetySnapshot: 'before' };
  const kept = 'Created organizations and users are kept, because Dashkeep never deletes them.';
  expect(printed({}, restored)).toContain(kept);
  const update = items.map((one) => ({ ...one, action: 'update' }));
  expect(printed({}, restored, update)).not.toContain(kept);
});

it('ends with a warning of existing permissions that grant more than the snapshot, after what was verified', () => {
  const results = [{ outcome: 'verified', kind: 'data-source', uid: 'prom', org: 1, title: '', reason: '' }];
  const kept = (uid: string, code: string) => ({
    ...item,
    kind: 'folder-permissions',
    uid,
    org: 1,
    action: 'skip',
    code,
  });
  const wider = [...items, kept('ops', 'kept-wider'), kept('shop', 'kept-wider'), kept('open', 'kept-narrower')];
  expect(printed({}, { results }, wider).slice(-3, -1)).toEqual([
    '1 of 1 done and verified.',
    'warning: existing permissions that grant more access than the snapshot does are kept (2): ops, shop; --overwrite replaces them',
  ]);
  expect(printed({}, { results }, [...items, kept('open', 'kept-narrower')]).join('\n')).not.toContain('warning: ');
});

import { expect, it } from 'vitest';
import type { ReadinessLine } from '../../../pkg/contract/api/readiness.ts';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import type { SnapshotSummary } from '../../../pkg/contract/manifest.ts';
import type { RunKind, RunLine } from '../../../pkg/contract/runs.ts';
import type { CopyEvidence, ReadinessFacts, RepositoryFacts } from '../../../pkg/service/readiness/facts.ts';
import { readinessOf } from '../../../pkg/service/readiness/lines/lines.ts';
import { protectionOf } from '../../../pkg/service/status/status.ts';

const NOW = new Date('2026-06-01T12:00:00.000Z');
const HOUR = 3_600_000;
const ago = (hours: number): string => new Date(NOW.getTime() - hours * HOUR).toISOString();

function run(kind: RunKind, hours: number, more: Partial<RunLine> = {}): RunLine {
  const times = { started: ago(hours), finished: ago(hours), duration: 5000 };
  return { id: 'r', kind, status: 'complete', trigger: 'scheduled', ...times, counts: {}, problems: 0, ...more };
}

function snapshot(hours: number, more: Partial<SnapshotSummary> = {}): SnapshotSummary {
  const facts = { id: `s${hours}`, time: ago(hours), status: 'complete', trigger: 'scheduled' } as const;
  return { ...facts, resources: 3, bytes: 100, signed: true, hold: null, ...more };
}

const confirmed = (days: number, about = 'a') => ({ time: ago(days * 24), about });

const PROTECTED = { versioning: true, objectLock: false, expiring: [] };
const COVERAGE = { whole: true, parts: [], advice: [], orgs: { read: 1 }, kinds: { read: 1, existing: 1 }, text: '' };
const SCHEDULE = { job: 'backup', expression: '0 */2 * * *', timezone: 'UTC', intervalSeconds: 7200 } as const;

/** What is not ok of an installation that is ready, but for what is changed. */
function broken(repository: Partial<RepositoryFacts> = {}, facts: Partial<ReadinessFacts> = {}): ReadinessLine[] {
  const secret = { org: 1, kind: 'data-source' as const, uid: 'p', title: 'P', detail: 'password' };
  const { evidence } = readinessOf({
    now: NOW,
    home: true,
    overlooked: [],
    grafana: { reachable: true, version: '12.4.0' },
    schedule: { ...SCHEDULE, next: [ago(-1)] },
    confirmations: { 'second-copy': confirmed(1), 'private-key': confirmed(1), secrets: confirmed(1) },
    about: { 'second-copy': 'a', 'private-key': 'a', secrets: 'a' },
    repository: {
      newest: snapshot(1),
      complete: snapshot(1),
      manifest: { kinds: { plugin: {} } } as RepositoryFacts['manifest'],
      coverage: COVERAGE,
      findings: [],
      laterFailed: false,
      scheduled: true,
      runs: { backup: run('backup', 1), verify: run('verify', 24), drill: run('drill', 24) },
      protection: PROTECTED,
      latecomers: [],
      notEntered: [],
      unopened: undefined,
      encrypted: true,
      needed: {
        secrets: { items: [secret], elsewhere: 0, all: ['p'] },
        plugins: { items: [], elsewhere: 0, all: [] },
      },
      ...repository,
    },
    ...facts,
  });
  return evidence.filter(({ level }) => level !== 'ok');
}

function levels(...given: Parameters<typeof broken>): string[] {
  return broken(...given).map(({ code, level }) => `${code} ${level}`);
}

const verified = (more: RunLine) => ({ runs: { backup: run('backup', 1), verify: more, drill: run('drill', 1) } });
const tested = (more: RunLine) => ({ runs: { backup: run('backup', 1), verify: run('verify', 1), drill: more } });

const copies = (more: Partial<CopyEvidence>): CopyEvidence => {
  const last = run('copy', 1, { snapshot: 's1', counts: { snapshots: 3, objects: 5, read: 5 } });
  return { target: 's3://second', overdue: false, last, copied: last, read: last, ...more };
};

it('a verification that could not run is not advised to be repaired', () => {
  const failure = { code: 'DK_STORE_UNREACHABLE', message: 'the target does not respond', hint: '' } as const;
  const [line] = broken(verified(run('verify', 1, { status: 'failed', failure })));
  expect(line?.hint).toBe('The run history gives the reason.');
});

it('names the command and the setting of what is overdue', () => {
  const [verification] = broken(verified(run('verify', 32 * 24)));
  expect(verification?.hint).toMatch(/dashkeep verify --read-data.*DASHKEEP_VERIFY_SCHEDULE/);
  const [test] = broken(tested(run('drill', 93 * 24)));
  expect(test?.hint).toMatch(/dashkeep drill.*DASHKEEP_DRILL_SCHEDULE/);
});

it('a copy that is verified needs no one to confirm it', () => {
  const confirmations = { 'private-key': confirmed(1), secrets: confirmed(1) };
  expect(levels({}, { confirmations, copy: copies({}) })).toEqual([]);
});

it('has nothing to say about an installation that is ready', () => {
  expect(levels()).toEqual([]);
});

const BROKEN: [what: string, repository: Partial<RepositoryFacts>, facts: Partial<ReadinessFacts>, line: string][] = [
  ['no backup for two intervals', { newest: snapshot(5), complete: snapshot(5) }, {}, 'backup bad'],
  ['a clock that is behind, so that no backup is ever late', { complete: snapshot(-24 * 365) }, {}, 'backup unknown'],
  [
    'a newer backup that is partial',
    { newest: snapshot(1, { status: 'partial' }), complete: snapshot(3) },
    {},
    'backup warning',
  ],
  [
    'no schedule that says when',
    { complete: snapshot(49), newest: snapshot(49) },
    { schedule: undefined },
    'backup warning',
  ],
  [
    'an organization that is overlooked',
    {},
    { overlooked: [{ code: 'org-not-covered', params: {} }] },
    'coverage warning',
  ],
  [
    'signatures that are gone',
    { findings: [new DashkeepError('DK_SIGNATURES_MISSING', 'gone')] },
    {},
    'signatures bad',
  ],
  ['an old verification', verified(run('verify', 32 * 24)), {}, 'verification warning'],
  ['a verification with problems', verified(run('verify', 1, { status: 'failed' })), {}, 'verification bad'],
  ['an old restore test', tested(run('drill', 93 * 24)), {}, 'restore-test warning'],
  ['a restore test that lost something', tested(run('drill', 1, { status: 'partial' })), {}, 'restore-test warning'],
  ['a lifecycle rule that deletes', { protection: { ...PROTECTED, expiring: ['all'] } }, {}, 'target bad'],
  [
    'an old confirmation',
    {},
    { confirmations: { 'second-copy': confirmed(1), 'private-key': confirmed(93), secrets: confirmed(1) } },
    'private-key warning',
  ],
  [
    'another target than the one that is copied',
    {},
    { about: { 'second-copy': 'b', 'private-key': 'a', secrets: 'a' } },
    'second-copy warning',
  ],
  ['a second target without any copy', {}, { copy: copies({ copied: undefined }) }, 'second-copy warning'],
  ['one that lacks the newest backups', {}, { copy: copies({ overdue: true }) }, 'second-copy bad'],
  [
    'a copy that failed after another one',
    {},
    {
      copy: copies({
        last: run('copy', 0, { status: 'failed', failure: { code: 'DK_STORE_DENIED', message: '', hint: '' } }),
      }),
    },
    'second-copy warning',
  ],
  ['a copy with damage', {}, { copy: copies({ last: run('copy', 0, { status: 'failed' }) }) }, 'second-copy bad'],
  [
    'a copy without some snapshots',
    {},
    { copy: copies({ last: run('copy', 0, { status: 'partial' }) }) },
    'second-copy warning',
  ],
  ['a copy that was never read back', {}, { copy: copies({ read: undefined }) }, 'second-copy warning'],
  ['a copy that was read back long ago', {}, { copy: copies({ read: run('copy', 32 * 24) }) }, 'second-copy warning'],
  ['a Grafana that is too old', {}, { grafana: { reachable: true, version: '9.5.1' } }, 'grafana bad'],
  ['a Grafana that hides its version', {}, { grafana: { reachable: true } }, 'grafana unknown'],
  ['a schedule that never runs', {}, { schedule: { ...SCHEDULE, next: [] } }, 'schedule bad'],
  ['a schedule that started nothing', { scheduled: false }, {}, 'schedule unknown'],
  [
    'runs that do not start',
    { runs: { ...verified(run('verify', 1)).runs, backup: run('backup', 9) } },
    {},
    'schedule bad',
  ],
];

it.each(BROKEN)('%s', (_, repository, facts, line) => {
  expect(levels(repository, facts)).toContain(line);
  // A second line only where the one follows from the other.
  expect(
    levels(repository, facts).filter((one) => !one.startsWith(line.split(' ')[0]!) && !one.startsWith('schedule')),
  ).toEqual([]);
});

it('names the newest snapshot of a mass change, and says what to do', () => {
  const shrunk = {
    since: 's3',
    losses: [],
    overwritten: [{ org: 1, kind: 'dashboard' as const, before: 1000, changed: 400 }],
  };
  const [line] = broken({ newest: snapshot(1, { shrunk }), complete: snapshot(3) });
  expect(line).toMatchObject({ code: 'backup', level: 'warning', hint: expect.stringContaining('Restore the lost') });
  expect(line?.detail.split('s3')).toHaveLength(2);
  expect(line?.detail).toContain('s1');
  const [restored] = broken({ newest: snapshot(1, { shrunk }), complete: snapshot(3), restored: ago(0) });
  expect(restored?.hint).toBe('A restore has run since then. Back up now.');
});

it('counts a bucket without versioning as protected only by a second copy', () => {
  const protection = { versioning: false, objectLock: false, expiring: [] };
  expect(levels({ protection })).toEqual([]);
  expect(levels({ protection: undefined })).toEqual([]);
  const confirmations = { 'private-key': confirmed(1), secrets: confirmed(1) };
  expect(levels({ protection }, { confirmations })).toEqual(['target warning', 'second-copy unknown']);
  expect(levels({ protection: undefined }, { confirmations })).toEqual(['target warning', 'second-copy unknown']);
});

it('says on the command line what to run', () => {
  const runs = { backup: run('backup', 1), verify: undefined, drill: undefined };
  const hints = broken({ runs }).map(({ hint }) => hint);
  expect(hints).toEqual([expect.stringContaining('`dashkeep verify '), expect.stringContaining('`dashkeep drill`')]);
});

it('does not advise turning on versioning where the target is a directory', () => {
  const confirmations = { 'private-key': confirmed(1), secrets: confirmed(1) };
  const [target] = broken({ protection: undefined }, { confirmations });
  expect(target).toMatchObject({ code: 'target', hint: expect.not.stringContaining('Turn on') });
});

it('does not speak of a service where only cron may make the backups', () => {
  const [line] = broken({ scheduled: false });
  expect(line?.detail).not.toContain('service');
});

it('does not call ready what cannot be known', () => {
  const denied = new DashkeepError('DK_STORE_DENIED', 'denied');
  const protection = { versioning: denied, objectLock: denied, expiring: denied };
  const confirmations = { 'private-key': confirmed(1), secrets: confirmed(1) };
  expect(levels({ protection }, { confirmations })).toContain('target unknown');
  expect(levels({ needed: new DashkeepError('DK_IDENTITY_MISSING', 'no key') })).toEqual([
    'secrets unknown',
    'plugins unknown',
  ]);
  expect(
    levels({ newest: undefined, complete: undefined, manifest: undefined, coverage: undefined, needed: undefined }),
  ).toEqual(expect.arrayContaining(['backup bad', 'coverage unknown', 'secrets unknown']));
});

it('knows nothing of a repository that cannot be read', () => {
  const facts = { repository: new DashkeepError('DK_STORE_UNREACHABLE', 'down') };
  expect(levels({}, facts)).toEqual(['target bad']);
});

it.each([
  ['failed', 'a clock behind', ago(-24 * 365)],
  ['failed', 'the right clock', ago(1.5)],
  ['yes', 'a success since', ago(0.5)],
])('is %s if the last backup failed, with %s', (protection, _, time) => {
  const newest = { time, status: 'complete' } as const;
  const lastBackup = { status: 'failed', started: ago(1) } as const;
  const isLastLater = lastBackup.started > time;
  const usable = { configured: true, tokenUsable: true, tokenState: 'valid', isRead: true } as const;
  const known = { ...usable, untrusted: false, uncovered: false, target: {} };
  expect(protectionOf({ ...known, newest, lastBackup, isLastLater, intervalSeconds: 7200, now: NOW })).toBe(protection);
});

it('an organization that the newest snapshot names as missing is named once, with one piece of advice', () => {
  const missing = { code: 'covers-own-org', params: { read: '1', existing: '2', orgs: '2 (Second)' } } as const;
  const [line] = broken(
    {
      coverage: { ...COVERAGE, whole: false, parts: [missing], advice: [{ code: 'include-orgs', params: {} }] },
      manifest: {
        kinds: { plugin: {} },
        scope: { others: [{ id: 2, name: 'Second' }] },
      } as RepositoryFacts['manifest'],
    },
    { overlooked: [{ code: 'org-not-covered', params: { id: '2', name: 'Second' } }] },
  );
  expect(line?.code).toBe('coverage');
  expect(line?.detail.split('Second')).toHaveLength(2);
  expect(line?.hint).not.toContain('for the service');
});

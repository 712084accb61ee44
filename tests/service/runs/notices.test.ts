import { expect, it } from 'vitest';
import { DashkeepError, failureText } from '../../../pkg/contract/errors.ts';
import { reason } from '../../../pkg/contract/reasons/catalogue.ts';
import type { RunKind, RunRecord, RunStatus } from '../../../pkg/contract/runs.ts';
import { REPLACED } from '../../../pkg/repository/encryption/recipient-findings.ts';
import { lateNotice, noticeOf, noticesOf } from '../../../pkg/service/notifications/notices.ts';
import type { Notifier } from '../../../pkg/service/notifications/notifier.ts';
import { closeInterrupted } from '../../../pkg/service/runs/close-interrupted.ts';
import { Journal } from '../../../pkg/service/runs/journal.ts';
import { RunHooks, type RunHooksParts } from '../../../pkg/service/runs/run-hooks.ts';
import { FindingNotices } from '../../../pkg/service/status/finding-notices.ts';
import type { StatusCache } from '../../../pkg/service/status/status-cache.ts';
import { silentLog, type Log } from '../../../pkg/contract/ports.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { realClock } from '../../support/ports.ts';

const run = (kind: RunKind, status: RunStatus): RunRecord =>
  ({
    ...{ id: 'r', kind, status, trigger: 'manual', started: '2026-05-01T10:00:00.000Z' },
    ...{ counts: {}, errors: [] },
    ...(status === 'failed' ? { failure: { code: 'DK_GRAFANA', message: 'Grafana does not answer', hint: '' } } : {}),
  }) as unknown as RunRecord;

it.each([
  ['backup', 'backup'],
  ['restore', 'restore'],
  ['verify', 'verification'],
  ['drill', 'restore test'],
  ['prune', 'prune'],
] as const)('a %s that failed is reported as a %s', (kind, name) => {
  expect(noticeOf(run(kind, 'failed'), undefined)).toMatchObject({
    event: 'failed',
    text: `The ${name} has failed: Grafana does not answer.`,
    run: { kind },
  });
});

it('a backup for other recipients than all earlier ones is reported, although it is complete', () => {
  const { why } = REPLACED;
  const replaced = { ...run('backup', 'complete'), warned: [{ code: why.code, params: {} }] };
  const [notice] = noticesOf(replaced, run('backup', 'complete'));
  expect(notice).toMatchObject({ event: 'repository', text: expect.stringContaining('no age recipient could read') });
});

it('a schedule that fails in the same way each minute is reported once a day, and any other failure', () => {
  const scheduled = (status: RunStatus): RunRecord => ({ ...run('backup', status), trigger: 'scheduled' });
  const failed = { ...scheduled('failed'), started: '2026-05-01T10:01:00.000Z' };
  const before = scheduled('failed');
  expect(noticeOf(failed, before)).toBeUndefined();
  expect(noticeOf({ ...failed, started: '2026-05-02T00:00:00.000Z' }, before)).toMatchObject({ event: 'failed' });
  const other = { code: 'DK_STORE_DENIED', message: 'denied', hint: '' };
  expect(noticeOf({ ...failed, failure: other }, before)).toMatchObject({ event: 'failed' });
  expect(noticeOf({ ...failed, trigger: 'manual' }, before)).toMatchObject({ event: 'failed' });
  // Of what a person started, others may know nothing.
  expect(noticeOf(failed, run('backup', 'failed'))).toMatchObject({ event: 'failed' });
  expect(noticeOf(failed, run('backup', 'complete'))).toMatchObject({ event: 'failed' });
  const problem = { org: 1, kind: 'folder', uid: 'a', reason: 'r' } as const;
  const partial = scheduled('partial');
  expect(noticeOf(partial, scheduled('partial'))).toBeUndefined();
  const one = { ...partial, errors: [problem] };
  expect(noticeOf(one, partial)).toMatchObject({ event: 'partial' });
  expect(noticeOf(one, { ...one })).toBeUndefined();
  expect(noticeOf(one, { ...one, errors: [{ ...problem, uid: 'b' }] })).toMatchObject({ event: 'partial' });
  // As the journal keeps a run with many problems.
  const many = Array.from({ length: 7 }, (_, at) => ({ ...problem, uid: String(at) }));
  const kept = { ...partial, errors: many.slice(0, 5), counts: { failures: 7 } };
  expect(noticeOf({ ...partial, errors: many, counts: {} }, kept)).toBeUndefined();
});

it('a repeated failure is reported again if a message since the one before was not delivered', () => {
  const sent: object[] = [];
  const notifier = { failures: 0, notify: (notice: object) => void sent.push(notice) };
  const failed = { ...run('backup', 'failed'), trigger: 'scheduled' } as const;
  const history = { last: (matches: (one: RunRecord) => boolean) => [{ ...failed, id: 'q' }].find(matches) };
  const hooks = new RunHooks({
    ...{ notifier, history, journal: new Journal(new MemoryState(), silentLog), metrics: { ended: () => undefined } },
    ...{ mayKnowHome: () => true, changed: () => undefined },
  } as unknown as RunHooksParts);
  // What a process that ended had not delivered, no one knows.
  hooks.of(failed);
  hooks.of(failed);
  expect(sent).toHaveLength(1);
  notifier.failures++;
  hooks.of(run('verify', 'complete'));
  hooks.of(failed);
  hooks.of(failed);
  expect(sent).toHaveLength(2);
});

it('a loss is reported although the backup is partial, too', () => {
  const lost = (since: string): RunRecord => ({
    ...run('backup', 'partial'),
    ...{ trigger: 'scheduled', warned: [{ code: 'mass-change', params: { since, deleted: '9', changed: '0' } }] },
  });
  const events = (record: RunRecord, before: RunRecord): string[] =>
    noticesOf(record, before).map(({ event }) => event);
  const partial = { ...run('backup', 'partial'), trigger: 'scheduled' } as const;
  expect(events(lost('a'), run('backup', 'complete'))).toEqual(['partial', 'mass-change']);
  expect(events(lost('a'), partial)).toEqual(['mass-change']);
  expect(events(lost('a'), lost('a'))).toEqual([]);
  expect(events(lost('b'), lost('a'))).toEqual(['mass-change']);
});

it.each([
  [80, 30, '80 minutes', '30 minutes'],
  [2 * 60 + 10, 60, '2 hours', '60 minutes'],
  [73 * 60, 24 * 60, '73 hours', '24 hours'],
])('an overdue backup of %i minutes is reported with its age and what to do', (age, interval, old, every) => {
  expect(lateNotice('b', age * 60, interval * 60)).toEqual({
    event: 'late',
    text: `The newest backup is ${old} old (b), but the schedule expects one every ${every}. The Overview page and \`dashkeep doctor\` show why.`,
  });
});

it('a failure says what to do about it, and of a restore also how far it came and how it goes on', () => {
  const failed = {
    ...run('restore', 'failed'),
    ...{ planned: 94, counts: { planned: 94, written: 2, unchecked: 3 } },
    failure: { code: 'DK_GRAFANA_UNAUTHORIZED', message: '401 Unauthorized', hint: 'Check the token.' },
  } as RunRecord;
  expect(noticeOf(failed, undefined)?.text).toBe(
    'The restore has failed: 401 Unauthorized. Check the token. Of 94 resources and permissions, 2 were written and checked, and 3 more may have been written. Finish it or undo it. To see the commands, run `dashkeep runs r`.',
  );
  expect(noticeOf({ ...failed, counts: { planned: 94, written: 0, unchecked: 0 } }, undefined)?.text).toBe(
    'The restore has failed: 401 Unauthorized. Check the token. Of 94 resources and permissions, none was written.',
  );
  expect(noticeOf({ ...failed, counts: { ...failed.counts, unplanned: 7 } }, undefined)?.text).toContain(
    'and 3 more may have been written. The total was not known yet. Finish it',
  );
  expect(noticeOf({ ...failed, kind: 'backup' }, undefined)?.text).toBe(
    'The backup has failed: 401 Unauthorized. Check the token.',
  );
});

it('a restore whose process ended is reported as it is left; a backup comes again, a cancelled one was wanted', async () => {
  const entry = { ...run('restore', 'running'), connection: 'stage', instance: 'earlier', kept: false };
  const written: object[] = [];
  const journal = {
    entries: [entry],
    put: (one: object) => Promise.resolve(written.push(one) > 0),
  } as unknown as Journal;
  const [closed] = await closeInterrupted(journal, 'this', realClock);
  expect(written).toEqual([closed]);
  expect(noticeOf(closed!, undefined)).toMatchObject({
    event: 'failed',
    text: expect.stringMatching(/^The restore to “stage” was interrupted: .*Finish it or undo it\./) as string,
    run: {
      ...{ id: 'r', kind: 'restore', status: 'interrupted' },
      failure: { code: 'DK_INTERRUPTED', hint: 'Finish it or undo it. To see the commands, run `dashkeep runs r`.' },
    },
  });
  expect(noticeOf(run('backup', 'interrupted'), undefined)).toBeUndefined();
  expect(noticeOf(run('restore', 'cancelled'), undefined)).toBeUndefined();
});

it('a restore that lost the lease says how it goes on, and is reported by one of two replicas', async () => {
  const state = new MemoryState();
  const [mine, other] = [new Journal(state, silentLog), new Journal(state, silentLog)];
  const begun = { ...run('restore', 'running'), instance: 'mine', kept: false };
  expect(await mine.put(begun)).toBe(true);
  await other.load();
  expect(await closeInterrupted(other, 'other', realClock)).toMatchObject([{ id: 'r', status: 'interrupted' }]);
  const advice = reason('finish-or-undo-run', { run: 'r' });
  const failure = failureText(new DashkeepError('DK_INTERRUPTED', 'this replica no longer leads', { advice }));
  const ended: RunRecord = { ...begun, status: 'interrupted', finished: '2026-05-01T10:01:00.000Z', failure };
  expect(await mine.put({ ...ended, instance: 'mine', kept: true })).toBe(false);
  expect(noticeOf(ended, undefined)?.text).toBe(
    'The restore was interrupted: this replica no longer leads. Finish it or undo it. To see the commands, run `dashkeep runs r`.',
  );

  // The other way around, it has ended before the replica that takes over writes.
  await mine.put({ ...begun, id: 's' });
  await other.load();
  expect(await mine.put({ ...ended, id: 's', instance: 'mine', kept: true })).toBe(true);
  expect(await closeInterrupted(other, 'other', realClock)).toEqual([]);
});

it('an end that another replica has reported is not reported once more', () => {
  const sent: object[] = [];
  const hooks = new RunHooks({
    ...{ notifier: { failures: 0, notify: (notice: object) => void sent.push(notice) } },
    ...{
      history: { last: () => undefined },
      journal: new Journal(new MemoryState(), silentLog),
      metrics: { ended: () => undefined },
    },
    ...{ mayKnowHome: () => true, changed: () => undefined },
  } as unknown as RunHooksParts);
  hooks.of(run('restore', 'failed'), false);
  expect(sent).toEqual([]);
  hooks.of(run('restore', 'failed'), true);
  expect(sent).toHaveLength(1);
});

it('a restore test whose process ended names what it may have left in Grafana', async () => {
  const journal = {
    entries: [{ ...run('drill', 'running'), instance: 'earlier', kept: false }],
    put: () => Promise.resolve(true),
  } as unknown as Journal;
  const [closed] = await closeInterrupted(journal, 'this', realClock);
  expect(closed!.failure).toMatchObject({
    code: 'DK_INTERRUPTED',
    advice: { code: 'delete-drill-leftover', params: { folder: 'Dashkeep drill r', org: 'dashkeep-drill-r' } },
  });
  expect(noticeOf(closed!, undefined)).toMatchObject({
    event: 'failed',
    text: expect.stringMatching(/^The restore test was interrupted: .*dashkeep-drill-r/) as string,
  });
});

it('a changed repository is reported once, with what to do about it', () => {
  const params = { remembered: 'abc', target: 's3://bucket/prefix' };
  const findings = [{ code: 'DK_REPOSITORY_EMPTIED', since: '2026-05-01T10:00:00.000Z', params }];
  const sent: object[] = [];
  const notices = new FindingNotices({
    statusCache: { findings } as unknown as StatusCache,
    notifier: { notify: (notice: object) => sent.push(notice) } as unknown as Notifier,
    log: { error: () => undefined } as unknown as Log,
  });
  notices.watch();
  notices.watch();
  expect(sent).toEqual([
    {
      event: 'repository',
      text: expect.stringMatching(
        /gone from s3:\/\/bucket\/prefix\. .*accept it: dashkeep trust --repository abc$/,
      ) as string,
    },
  ]);
});

it('a run that is still to be reported stays so while its record is kept, until it was reported', async () => {
  const journal = new Journal(new MemoryState(), silentLog);
  const failed: RunRecord = { ...run('restore', 'failed'), finished: '2026-05-01T10:01:00.000Z' };
  await journal.put({ ...failed, instance: 'earlier', kept: false, unreported: true });
  let deliver = (_: boolean): void => undefined;
  const delivered = new Promise<boolean>((resolve) => (deliver = resolve));
  const repositoryCache = { use: async () => failed };
  const hooks = new RunHooks({
    ...{ notifier: { failures: 0, notify: () => delivered }, history: { last: () => undefined }, journal },
    ...{ repositoryCache, metrics: { ended: () => undefined }, mayKnowHome: () => true, changed: () => undefined },
    ...{ log: silentLog, signal: new AbortController().signal, prepareSearch: async () => undefined },
    ...{ overdue: { end: () => false }, changeFeed: { backedUp: () => undefined } },
  } as unknown as RunHooksParts);
  hooks.unreported(failed);
  // The target takes records again.
  hooks.of({ ...run('verify', 'complete'), id: 'v' });
  await expect.poll(() => journal.entries.find(({ id }) => id === 'r')?.kept).toBe(true);
  expect(journal.entries.find(({ id }) => id === 'r')?.unreported).toBe(true);
  deliver(true);
  await hooks.reported();
  expect(journal.entries.find(({ id }) => id === 'r')).toMatchObject({ kept: true });
  expect(journal.entries.find(({ id }) => id === 'r')).not.toHaveProperty('unreported');
});

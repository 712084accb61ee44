import { describe, expect, it } from 'vitest';
import type { SnapshotRow } from '../../../pkg/contract/api/snapshots.ts';
import type { Status } from '../../../pkg/contract/api/status.ts';
import type { RunSummary } from '../../../pkg/contract/api/runs.ts';
import { showPage } from '../host/runtime.ts';

showPage({ timezone: 'UTC' });

describe('what the overview says of the backups', async () => {
  const { verdictOf } = await import('../../../src/pages/Overview/protection.ts');
  const { statusEvery } = await import('../../../src/data/useStatus.ts');
  const { isOccupying } = await import('../../../src/data/useRuns.ts');
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  const schedules: Status['schedules'] = [{ job: 'backup', expression: '0 */2 * * *', timezone: 'UTC', next: [] }];
  const failed = { kind: 'backup', status: 'failed', started: ago(3) } as RunSummary;
  const say = (changes: Partial<Status>): string => {
    const status = { target: { configured: true, description: '' }, schedules, ...changes } as Status;
    const { title, text } = verdictOf(status);
    return `${title}. ${text}`;
  };
  const target = (reachable?: boolean): Status['target'] => ({
    ...{ configured: true, description: 's3://bucket', since: '2026-03-01T10:00:00.000Z' },
    ...(reachable === undefined ? {} : { reachable }),
  });

  it('lets a backup start while a second copy runs, which makes way, and not while another run does', () => {
    expect(isOccupying({ kind: 'copy', status: 'running' })).toBe(false);
    expect(isOccupying({ kind: 'backup', status: 'running' })).toBe(true);
    expect(isOccupying({ kind: 'backup', status: 'complete' })).toBe(false);
    expect(isOccupying(undefined)).toBe(false);
  });

  it('without any backup, and the target out of reach: since when nothing is known, and what happens next', () => {
    for (const protection of ['failed', 'never'] as const) {
      const said = say({ protection, target: target(false), lastBackup: failed });
      expect(said).toMatch(/^The target cannot be used\. .* since .*10:00.*not known whether backups exist/);
      expect(said).toContain('The first backup starts as soon as the target works');
      expect(said).not.toMatch(/unknown time|restore/);
    }
    expect(say({ protection: 'never', target: target(false), schedules: [] })).toContain('There is no schedule');
  });

  it('with a backup from before, and the target out of reach: when it was made, and no word of a first one', () => {
    const said = say({ protection: 'failed', target: target(false), lastBackup: failed, lastSuccess: ago(120) });
    expect(said).toMatch(/^The target cannot be used\. The last good backup ran 2 hours ago\./);
    expect(said).not.toMatch(/first backup/);
  });

  it('without any backup, and the target in reach: that there is none, and when the last attempt was', () => {
    expect(say({ protection: 'failed', target: target(true), lastBackup: failed })).toBe(
      'The first backup failed. There is no backup yet. The last attempt was 3 minutes ago.',
    );
    expect(say({ protection: 'never', target: target(true) })).toMatch(/^Nothing is backed up yet/);
    expect(say({ protection: 'never', target: target() })).toMatch(/^Looking for existing backups/);
    const running = { kind: 'backup', status: 'running' } as RunSummary;
    expect(say({ protection: 'never', target: target(true), running })).toMatch(/^The first backup is running/);
  });

  const ended = (finished: string) => ({
    ...{ protection: 'never' as const, target: target(true), now: ago(0) },
    lastBackup: { kind: 'backup', status: 'complete', snapshot: '20260301T100000Z-1a2b3c4d', finished } as RunSummary,
  });

  it('does not say that nothing is backed up while the snapshot of the first backup is being read', () => {
    expect(say(ended(ago(0)))).toMatch(/^The first backup has ended/);
    // Its snapshot was deleted since.
    expect(say(ended(ago(90)))).toMatch(/^Nothing is backed up yet/);
  });

  it('is asked for every second until it knows what the last backup stored', () => {
    const every = (newest: string, finished: string): number =>
      statusEvery({ ...ended(finished), protection: 'yes', newest: { id: newest } } as Status);
    expect(every('20260301T090000Z-5e6f7a8b', ago(0))).toBe(1000);
    expect(every('20260301T100000Z-1a2b3c4d', ago(0))).toBe(10_000);
    expect(every('20260301T090000Z-5e6f7a8b', ago(90))).toBe(10_000);
  });

  it('never speaks of an unknown time: what is incomplete is called that, with its own time', () => {
    const newest = { time: ago(20), status: 'partial' } as SnapshotRow;
    expect(say({ protection: 'failed', newest, target: target(true) })).toContain(
      'No backup is complete yet. The newest one ran 20 minutes ago.',
    );
    expect(say({ protection: 'late', newest, target: target(true) })).toContain('No backup is complete yet');
    expect(say({ protection: 'partial', newest, lastSuccess: ago(300), target: target(true) })).toContain(
      'ran 20 minutes ago, but some resources',
    );
  });

  it('says that a backup was interrupted since the newest one', () => {
    const interrupted = { kind: 'backup', status: 'interrupted', started: ago(5) } as RunSummary;
    const at = (minutes: number) => ({
      ...{ protection: 'yes' as const, target: target(true), lastSuccess: ago(minutes), lastBackup: interrupted },
      newest: { time: ago(minutes), status: 'complete' } as SnapshotRow,
    });
    expect(say(at(60))).toContain('A backup was interrupted 5 minutes ago and created no snapshot.');
    expect(say(at(1))).not.toContain('interrupted');
    const running = { kind: 'backup', status: 'running' } as RunSummary;
    expect(say({ ...at(60), running })).not.toContain('interrupted');
    expect(say({ protection: 'never', target: target(true), lastBackup: interrupted })).toContain('interrupted');
  });

  it('is green only where nothing is left out that no one chose to leave out', () => {
    expect(verdictOf({ protection: 'yes', target: target(true) } as Status)).toMatchObject({ tone: 'success' });
    const uncovered = { protection: 'uncovered', lastSuccess: ago(60), target: target(true) } as Status;
    expect(verdictOf(uncovered)).toMatchObject({ tone: 'warning' });
    expect(say(uncovered)).toContain('is not backed up, although it was not excluded');
    const unknown = { advice: [{ code: 'confirm-orgs', params: { own: '1' } }] } as unknown as Status['coverage'];
    expect(verdictOf({ ...uncovered, coverage: unknown }).title).toBe('Part of Grafana may not be backed up');
    expect(say({ ...uncovered, notCovered: [{ id: 2, name: 'Second' }] })).toContain('1 organization is not backed up');
  });

  it('is not green while snapshots are untrusted, and learns soon that someone trusts them', () => {
    const warnings = [{ code: 'DK_SNAPSHOT_FOREIGN', message: 'snapshots that no trusted key signed: 13', hint: '' }];
    const status = { protection: 'yes', lastSuccess: ago(1), target: target(true), warnings } as unknown as Status;
    expect(verdictOf(status)).toMatchObject({ tone: 'warning', title: 'Some snapshots are untrusted' });
    expect(say(status)).toContain('The last backup ran 1 minute ago.');
    expect(statusEvery(status)).toBe(5_000);
    // What is worse is said first.
    expect(verdictOf({ ...status, protection: 'late' })).toMatchObject({ tone: 'error' });
    expect(verdictOf({ ...status, warnings: [] })).toMatchObject({ tone: 'success' });
  });

  it('is not green while the target cannot be read, and says when the last good backup ran', () => {
    for (const protection of ['yes', 'uncovered', 'partial'] as const) {
      const away = { protection, lastSuccess: ago(60), target: target(false) } as Status;
      expect(verdictOf(away)).toMatchObject({ tone: 'error', title: 'The target cannot be used' });
      expect(say(away)).toContain('The last good backup ran 1 hour ago.');
    }
    const late = { protection: 'late', lastSuccess: ago(600), target: target(false) } as Status;
    expect(say(late)).toContain('Backups are overdue');
  });

  it('is not green after a verification found damage', () => {
    const warnings = [{ code: 'DK_OBJECT_DAMAGED', message: 'damaged', hint: '', why: { code: 'stored-damaged' } }];
    const damaged = { protection: 'yes', lastSuccess: ago(1), target: target(true), warnings } as unknown as Status;
    for (const protection of ['yes', 'uncovered', 'partial'] as const) {
      expect(verdictOf({ ...damaged, protection })).toMatchObject({
        tone: 'error',
        title: 'Stored backups may be damaged',
      });
    }
    expect(say({ ...damaged, protection: 'late' })).toContain('Backups are overdue');
  });

  it('is not green while the private key does not decrypt the last backup', () => {
    const unreadable = { protection: 'unreadable', lastSuccess: ago(60), target: target(true) } as Status;
    expect(verdictOf(unreadable)).toMatchObject({ tone: 'error', title: expect.stringContaining('private key') });
    expect(say(unreadable)).toContain('ran 1 hour ago');
  });

  it('promises no restore while the target is out of reach', () => {
    const newest = { time: ago(60), status: 'complete' } as SnapshotRow;
    const known = { protection: 'failed', newest, lastSuccess: ago(60) } as const;
    expect(say({ ...known, target: target(true) })).toContain('You can still restore it');
    expect(say({ ...known, target: target(false) })).toContain('You can restore it when the target responds');
  });

  it('is read again as soon as the target fails', async () => {
    const { createQueryClient } = await import('../../../src/data/queryClient.ts');
    const { STATUS_KEY } = await import('../../../src/data/useStatus.ts');
    const { ServiceError } = await import('../../../src/api/errors.ts');
    const client = createQueryClient();
    client.setQueryData(STATUS_KEY, {});
    const failing = (code: string) => () => Promise.reject(new ServiceError('service', 502, { code, message: '' }));
    await client.prefetchQuery({ queryKey: ['one'], queryFn: failing('DK_GRAFANA_FAILED') });
    expect(client.getQueryState(STATUS_KEY)?.isInvalidated).toBe(false);
    await client.prefetchQuery({ queryKey: ['two'], queryFn: failing('DK_STORE_DENIED') });
    expect(client.getQueryState(STATUS_KEY)?.isInvalidated).toBe(true);
  });
});

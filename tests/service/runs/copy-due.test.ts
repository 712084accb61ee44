import { describe, expect, it } from 'vitest';
import { isCopyDue, isCopyOverdue, type CopyFacts } from '../../../pkg/service/copy/due.ts';

const NOW = new Date('2026-06-01T12:00:00.000Z');
const ago = (minutes: number): string => new Date(NOW.getTime() - minutes * 60_000).toISOString();

type Last = NonNullable<CopyFacts['last']>;
const last = (minutes: number, status: Last['status'] = 'complete'): Last => ({
  status,
  started: ago(minutes),
  finished: ago(minutes),
});

/** A copy follows each backup, the newest of which ended an hour ago and was copied. */
const facts = (more: Partial<CopyFacts> = {}): CopyFacts => ({
  now: NOW,
  schedule: undefined,
  timezone: 'UTC',
  backupInterval: 7200,
  backup: new Date(ago(60)),
  last: last(59),
  copied: last(59),
  ...more,
});

describe('a copy is due', () => {
  it.each<[what: string, more: Partial<CopyFacts>, due: boolean]>([
    ['after a backup', { last: last(61) }, true],
    ['not when that was copied', {}, false],
    ['not before the first backup', { backup: undefined, last: undefined }, false],
    ['when nothing was copied yet', { last: undefined }, true],
    ['not while one runs', { last: last(61, 'running') }, false],
    ['not minutes after it failed', { last: last(10, 'failed') }, false],
    ['half an hour after it failed', { last: last(31, 'failed') }, true],
    ['soon after it made way', { last: last(2, 'interrupted') }, true],
    ['not when a person cancelled it', { last: last(59, 'cancelled') }, false],
    ['at its own time', { schedule: '30 11 * * *' }, true],
    ['not before its own time', { schedule: '30 12 * * *', last: last(120) }, false],
    ['not again and again by a clock that was set back', { backup: new Date(ago(-60)), last: last(1) }, false],
    ['never by itself', { schedule: '', last: last(61) }, false],
  ])('%s', (_what, more, due) => {
    expect(isCopyDue(facts(more))).toBe(due);
  });
});

describe('a copy is overdue', () => {
  it.each<[what: string, more: Partial<CopyFacts>, overdue: boolean]>([
    ['not while the newest backup is copied', { copied: last(59) }, false],
    ['not within two intervals', { copied: last(200) }, false],
    ['after two intervals', { copied: last(260) }, true],
    ['by its own schedule', { copied: last(260), schedule: '0 3 * * *' }, false],
    ['not without a backup', { backup: undefined, copied: undefined }, false],
    ['not right after the first backup', { copied: undefined }, false],
    [
      'if none ever succeeded while backups go on',
      { copied: undefined, last: last(10, 'failed'), first: new Date(ago(260)) },
      true,
    ],
    [
      'not while the first one runs',
      { copied: undefined, last: last(10, 'running'), first: new Date(ago(260)) },
      false,
    ],
    ['long after the first backup', { backup: new Date(ago(260)), copied: undefined }, true],
  ])('%s', (_what, more, overdue) => {
    expect(isCopyOverdue(facts(more))).toBe(overdue);
  });
});

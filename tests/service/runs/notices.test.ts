import { expect, it } from 'vitest';
import type { RunKind, RunRecord, RunStatus } from '../../../pkg/contract/runs.ts';
import { noticeOf } from '../../../pkg/service/notifications/notices.ts';
import { closeInterrupted } from '../../../pkg/service/runs/close-interrupted.ts';
import type { Journal } from '../../../pkg/service/runs/journal.ts';
import { realClock } from '../../support/ports.ts';

const run = (kind: RunKind, status: RunStatus): RunRecord =>
  ({
    ...{ id: 'r', kind, status, trigger: 'manual', started: '2026-05-01T10:00:00.000Z', errors: [] },
    ...(status === 'failed' ? { failure: { code: 'DK_GRAFANA', message: 'Grafana does not answer', hint: '' } } : {}),
  }) as unknown as RunRecord;

it.each(['backup', 'restore', 'verify', 'drill', 'prune'] as const)('a %s that failed is reported', (kind) => {
  expect(noticeOf(run(kind, 'failed'), undefined)).toMatchObject({
    event: 'failed',
    text: `The ${kind} has failed: Grafana does not answer.`,
    run: { kind },
  });
});

it('a restore whose process ended is reported as it is left; a backup comes again, a cancelled one was wanted', async () => {
  const entry = { ...run('restore', 'running'), planned: 4, instance: 'earlier', kept: false };
  const written: object[] = [];
  const journal = { entries: [entry], put: (one: object) => Promise.resolve(written.push(one)) } as unknown as Journal;
  const [closed] = await closeInterrupted(journal, 'this', realClock);
  expect(written).toEqual([closed]);
  expect(noticeOf(closed!, undefined)).toMatchObject({
    event: 'failed',
    text: expect.stringContaining('The restore was interrupted: ') as string,
    run: {
      ...{ id: 'r', kind: 'restore', status: 'interrupted' },
      failure: { code: 'DK_INTERRUPTED', hint: 'Finish it or undo it. To see the commands, run `dashkeep runs r`.' },
    },
  });
  expect(noticeOf(run('backup', 'interrupted'), undefined)).toBeUndefined();
  expect(noticeOf(run('restore', 'cancelled'), undefined)).toBeUndefined();
});

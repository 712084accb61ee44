import { expect, it } from 'vitest';
import { isFirstBackupDue } from '../../../pkg/service/schedule/due.ts';

const at = (second: number) => `2026-11-29T10:00:${String(second).padStart(2, '0')}.000Z`;

/** What the service knows when its target began to answer at second 5, and is empty as the status last read it. */
function isDueAfter(run: { status: string; started: string; finished: string }, since = at(5)): boolean {
  const known = {
    history: { last: () => run },
    statusCache: { repository: { snapshots: 0 }, findings: [] },
    repositoryCache: { reachable: true, since: new Date(since), firstAnswer: new Date(at(5)) },
  };
  return isFirstBackupDue(known as unknown as Parameters<typeof isFirstBackupDue>[0]);
}

it.each(['complete', 'partial'])('is not due after a %s backup into a target that answered meanwhile', (status) => {
  expect(isDueAfter({ status, started: at(4), finished: at(9) })).toBe(false);
});

it.each([
  ['a backup that failed while the target began to answer', { status: 'failed', started: at(4), finished: at(9) }],
  ['a backup into an earlier target', { status: 'complete', started: at(1), finished: at(3) }],
])('is due after %s', (_, run) => {
  expect(isDueAfter(run)).toBe(true);
});

it.each(['complete', 'partial'])('is not due after a %s backup that the private key cannot decrypt', (status) => {
  expect(isDueAfter({ status, started: at(4), finished: at(9) }, at(20))).toBe(false);
});

import { expect, it } from 'vitest';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import type { RunKind, RunRecord } from '../../../pkg/contract/runs.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import type { Run, RunOutcome } from '../../../pkg/operations/run.ts';
import { closeInterrupted } from '../../../pkg/service/runs/close-interrupted.ts';
import { Journal } from '../../../pkg/service/runs/journal.ts';
import { RunQueue, type RunJob } from '../../../pkg/service/runs/queue.ts';
import { eventually, realRandomness } from '../../support/ports.ts';
import { TestClock } from '../../support/repository/repository.ts';

it('running and waiting runs end as interrupted when the leader changes', async () => {
  const [began, ended]: [RunKind[], RunRecord[]] = [[], []];
  const queue = new RunQueue({
    instance: 'here',
    journal: new Journal(new MemoryState(), silentLog),
    clock: new TestClock(),
    randomness: realRandomness,
    log: silentLog,
    keep: async () => undefined,
    ended: (record) => ended.push(record),
  });
  const job = (kind: RunKind): RunJob => ({
    ...{ kind, trigger: 'manual', snapshotTrigger: 'manual' },
    work({ signal }: Run): Promise<RunOutcome> {
      began.push(kind);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    },
  });
  const term = new AbortController();
  queue.submit(job('backup'), term.signal);
  queue.submit(job('verify'), term.signal);
  await eventually('the backup to be under way', () => began.length === 1);

  term.abort(new DashkeepError('DK_INTERRUPTED', 'another replica leads now'));

  await eventually('the end of both', () => queue.idle);
  expect(began).toEqual(['backup']);
  expect(ended.map(({ kind, status, failure }) => [kind, status, failure?.message])).toEqual([
    ['backup', 'interrupted', 'another replica leads now'],
    ['verify', 'interrupted', 'another replica leads now'],
  ]);
});

it('a run that waits is in the journal, so that the next process says that it was lost', async () => {
  const state = new MemoryState();
  const queue = new RunQueue({
    ...{ instance: 'here', journal: new Journal(state, silentLog), clock: new TestClock(), log: silentLog },
    ...{ randomness: realRandomness, keep: async () => undefined, ended: () => undefined },
  });
  const { signal } = new AbortController();
  const work = (): Promise<RunOutcome> => new Promise(() => undefined);
  queue.submit({ kind: 'verify', trigger: 'manual', snapshotTrigger: 'manual', work }, signal);
  const { id } = queue.submit({ kind: 'backup', trigger: 'manual', snapshotTrigger: 'manual', work }, signal);
  const next = new Journal(state, silentLog);
  await eventually('both in the state', async () => (await next.load()) && next.entries.length === 2);

  const closed = await closeInterrupted(next, 'there', new TestClock());

  expect(closed.find((one) => one.id === id)).toMatchObject({
    ...{ kind: 'backup', status: 'interrupted' },
    failure: { code: 'DK_INTERRUPTED', why: { code: 'process-ended' } },
  });
});

it.each([
  [
    'may have changed Grafana',
    { planned: 3, counts: { planned: 3, written: 1, unchecked: 0 } },
    /^Finish it or undo it\./,
  ],
  [
    'has not written anything',
    { planned: 3, counts: { planned: 3, written: 0, unchecked: 0 } },
    /^Start the run again\./,
  ],
])('a restore that %s says how it goes on if the service is stopped', async (_, facts, hint) => {
  const kept: RunRecord[] = [];
  const queue = new RunQueue({
    ...{ instance: 'here', journal: new Journal(new MemoryState(), silentLog), clock: new TestClock(), log: silentLog },
    ...{ randomness: realRandomness, keep: async (record) => void kept.push(record), ended: () => undefined },
  });
  let hasBegun = false;
  const work = ({ note, signal }: Run): Promise<RunOutcome> => {
    note(facts);
    hasBegun = true;
    return new Promise((__, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  };
  const { signal } = new AbortController();
  queue.submit({ kind: 'restore', trigger: 'manual', snapshotTrigger: 'manual', work }, signal);
  await eventually('the restore to begin', () => hasBegun || undefined);
  await queue.close(60_000);
  expect(kept).toMatchObject([
    { status: 'interrupted', failure: { message: 'the service is stopping', hint: expect.stringMatching(hint) } },
  ]);
});

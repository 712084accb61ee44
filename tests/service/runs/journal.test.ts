import { expect, it } from 'vitest';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import type { RunKind } from '../../../pkg/contract/runs.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { closeInterrupted } from '../../../pkg/service/runs/close-interrupted.ts';
import { Journal, type JournalEntry } from '../../../pkg/service/runs/journal.ts';
import { realClock } from '../../support/ports.ts';

const entry = (kind: RunKind, minute: number): JournalEntry => {
  const started = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  const facts = {
    id: `${kind}-${minute}`,
    status: 'complete',
    trigger: 'scheduled',
    instance: 'a',
    kept: true,
  } as const;
  return { ...facts, kind, started, finished: started, counts: {}, errors: [] };
};

it('keeps what a restore was asked for until it has come to its end, so that it can be started again', async () => {
  const journal = new Journal(new MemoryState(), silentLog);
  const { finished: _, ...begun } = entry('restore', 1);
  const request = { snapshot: 'latest', selection: { type: 'everything' } };
  const requestIn = (): unknown => journal.entries[0]?.request;
  await journal.put({ ...begun, status: 'running', request });
  expect(requestIn()).toEqual(request);
  await journal.put({ ...begun, status: 'interrupted', request });
  expect(requestIn()).toEqual(request);
  await journal.put({ ...begun, status: 'complete', request });
  expect(requestIn()).toBeUndefined();
  await journal.put({ ...begun, status: 'interrupted', request: { snapshot: 'x'.repeat(5_000) } });
  expect(requestIn()).toBeUndefined();
});

it('says that it cannot be written, until it can', async () => {
  let failure: Error | undefined = new DashkeepError('DK_SETTINGS', 'cannot write the state in /state: EROFS');
  class FailingState extends MemoryState {
    override set(name: string, value: Buffer): Promise<void> {
      return failure === undefined ? super.set(name, value) : Promise.reject(failure);
    }
  }
  const journal = new Journal(new FailingState(), silentLog);
  await journal.put(entry('backup', 1));
  expect(journal.problem?.message).toBe('cannot write the state in /state: EROFS');
  failure = undefined;
  await journal.put(entry('backup', 2));
  expect(journal.problem).toBeUndefined();
});

it('does not forget the last verification for many other runs, nor takes it for how far it reaches back', async () => {
  const journal = new Journal(new MemoryState(), silentLog);
  await journal.put(entry('verify', 0));
  await journal.put(entry('verify', 1));
  for (let minute = 2; minute < 82; minute++) {
    await journal.put(entry(minute % 2 === 0 ? 'backup' : 'prune', minute));
  }
  expect(journal.entries.filter(({ kind }) => kind === 'verify').map(({ id }) => id)).toEqual(['verify-1']);
  expect(journal.entries).toHaveLength(61);
  expect(journal.reachesBackTo(entry('verify', 1).started)).toBe(false);
  expect(journal.reachesBackTo(entry('backup', 60).started)).toBe(true);
});

it('of a replica that no longer leads takes nothing from the journal of the one that does', async () => {
  const state = new MemoryState();
  const [before, now] = [new Journal(state, silentLog), new Journal(state, silentLog)];
  await before.put({ ...entry('backup', 1), status: 'running' });
  await now.load();
  await now.put({ ...entry('verify', 0), status: 'interrupted' });
  await now.put(entry('backup', 2));
  await before.put({ ...entry('backup', 1), status: 'failed' });
  await now.load();
  const shown = now.entries.map(({ id, status }) => `${id} ${status}`);
  expect(shown).toEqual(['backup-2 complete', 'verify-0 interrupted', 'backup-1 failed']);
  expect(before.entries).toEqual(now.entries);
});

it('keeps how a run ended that another replica takes for interrupted', async () => {
  const state = new MemoryState();
  const [own, other] = [new Journal(state, silentLog), new Journal(state, silentLog)];
  const { finished: _, ...begun } = entry('backup', 1);
  await own.put({ ...begun, status: 'running' });
  await other.load();
  await own.put(entry('backup', 1));
  expect(await closeInterrupted(other, 'b', realClock)).toEqual([]);
  await own.load();
  for (const { entries } of [own, other]) {
    expect(entries.map(({ status, instance }) => [status, instance])).toEqual([['complete', 'a']]);
  }
});

it('takes the end of a run from the one that ran it, whatever another replica took it for', async () => {
  const state = new MemoryState();
  const [own, other] = [new Journal(state, silentLog), new Journal(state, silentLog)];
  const { finished: _, ...begun } = entry('backup', 1);
  await own.put({ ...begun, status: 'running' });
  await other.load();
  expect(await closeInterrupted(other, 'b', realClock)).toHaveLength(1);
  expect(await own.put(entry('backup', 1))).toBe(false);
  await other.load();
  expect(other.entries.map(({ status }) => status)).toEqual(['complete']);
});

it('does not forget the last copy that ended well for many that failed since', async () => {
  const journal = new Journal(new MemoryState(), silentLog);
  await journal.put(entry('copy', 0));
  for (let minute = 1; minute < 81; minute++) {
    await journal.put({ ...entry('copy', minute), status: 'failed' });
  }
  expect(journal.entries.filter(({ status }) => status === 'complete').map(({ id }) => id)).toEqual(['copy-0']);
});

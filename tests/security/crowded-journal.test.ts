import { expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import type { ResourceProblem } from '../../pkg/contract/manifest.ts';
import type { ResourceSecurity } from '../../pkg/contract/plan.ts';
import { runLine } from '../../pkg/contract/runs.ts';
import { MemoryState } from '../../pkg/lib/state.ts';
import { Journal, type JournalEntry } from '../../pkg/service/runs/journal.ts';

/*
 * An editor gives resources that cannot be read the longest names, so that the journal of runs fills the Secret, which
 * then holds nothing new: neither runs, nor tokens, nor what is known of the repository.
 */

const LONG = '\u0001'.repeat(1000);
/** What the Secret may hold in base64, and as much again for everything else in it. */
const MOST = 1_000_000 / 2;

const problem: ResourceProblem = {
  ...{ org: 1, kind: 'contact-point', uid: LONG, title: LONG, reason: LONG },
  ...{ code: 'live-unreadable', params: { message: LONG } },
};
const opened: ResourceSecurity = { ...{ org: 1, kind: 'dashboard', uid: 'd', title: LONG }, changes: [] };

function run(number: number): JournalEntry {
  const started = new Date(Date.UTC(2026, 0, 1, number)).toISOString();
  return {
    ...{ id: `run-${number}`, kind: 'restore', status: 'partial', trigger: 'manual', started, finished: started },
    ...{ counts: {}, instance: 'a', kept: true },
    errors: Array.from({ length: 50 }, () => problem),
    security: Array.from({ length: 1000 }, () => opened),
  };
}

it('stays small, and still says how many problems each run had', async () => {
  const state = new MemoryState();
  const journal = new Journal(state, silentLog);
  for (let number = 0; number < 60; number++) {
    await journal.put(run(number));
  }
  const stored = (await state.get('runs.json')) ?? Buffer.alloc(0);
  expect(stored.toString('base64').length).toBeLessThan(MOST);
  const known = new Journal(state, silentLog);
  await known.load();
  expect(known.entries.map((entry) => runLine(entry).problems)).toEqual(Array.from({ length: 60 }, () => 50));
  expect(known.entries[0]?.errors).not.toEqual([]);
});

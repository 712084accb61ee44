import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { Journal, type JournalEntry } from '../../../pkg/service/runs/journal.ts';
import { EndedElsewhere } from '../../../pkg/service/schedule/ended-elsewhere.ts';
import { TestClock } from '../../support/repository/repository.ts';

/** A run that has ended, as the journal keeps it. */
function ended(id: string, started: string): JournalEntry {
  const counts = { stored: 0, reused: 0, skipped: 0, failed: 0 };
  const times = { started, finished: started, duration: 1 };
  return {
    ...{ format: 1, id, kind: 'backup', trigger: 'scheduled', status: 'complete', counts, errors: [] },
    ...{ ...times, instance: 'leader', kept: true },
  } as unknown as JournalEntry;
}

/** State that both replicas share; it can be told to fail, and to answer only when it is released. */
class SharedState extends MemoryState {
  failing = false;
  held: Promise<void> = Promise.resolve();

  override async get(name: string): Promise<Buffer | undefined> {
    const value = await super.get(name);
    await this.held;
    if (this.failing) {
      throw new Error('the API server is away');
    }
    return value;
  }
}

describe('a replica that does not lead', () => {
  it('reads the journal again after it could not be read', async () => {
    const state = new SharedState();
    const clock = new TestClock();
    await new Journal(state, silentLog).put(ended('first', '2026-01-01T00:00:00.000Z'));
    const journal = new Journal(state, silentLog);
    let changes = 0;
    const leadership = { announceEnded: () => undefined, foreignEnded: () => 'first' };
    const elsewhere = new EndedElsewhere(leadership, journal, clock, () => changes++);

    state.failing = true;
    await elsewhere.notice();
    expect([changes, journal.entries.length]).toEqual([0, 0]);
    state.failing = false;
    clock.advance(60_000);
    await elsewhere.notice();
    await elsewhere.notice();

    expect([changes, journal.entries.map(({ id }) => id)]).toEqual([1, ['first']]);
  });

  it('keeps a run that it begins while the journal is read', async () => {
    const state = new SharedState();
    const journal = new Journal(state, silentLog);
    let release = (): void => undefined;
    state.held = new Promise((resolve) => (release = resolve));
    const loading = journal.load();
    await journal.put(ended('own', '2026-01-01T02:00:00.000Z'));
    release();
    await loading;

    expect(journal.entries.map(({ id }) => id)).toEqual(['own']);
  });
});

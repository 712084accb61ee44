import { expect, it } from 'vitest';
import { continuationOf, continues, interruptedRestores } from '../../pkg/engine/runs.ts';
import { newTimedId } from '../../pkg/repository/layout.ts';
import type { RunRecord } from '../../pkg/contract/runs.ts';
import { backup, open, SeededRandomness, TestClock } from '../support/repository/repository.ts';
import { MemoryStore } from '../support/stores/memory-store.ts';

const record = (given: Partial<RunRecord>): RunRecord => ({
  ...{ id: '1', kind: 'restore', status: 'interrupted', trigger: 'manual', started: '2026-05-01T10:00:00.000Z' },
  ...{ source: 's', counts: {}, errors: [], ...given },
});
const later = (given: Partial<RunRecord>): RunRecord => record({ id: '2', status: 'complete', ...given });

it('takes a repeated undo for the end of an interrupted one, also where it had to leave something', () => {
  const cut = record({ undoes: '0' });
  expect(continues(later({ undoes: '0' }), cut)).toBe(true);
  expect(continues(later({ undoes: '0', status: 'partial' }), cut)).toBe(true);
  expect(continues(later({ undoes: '0', status: 'failed' }), cut)).toBe(false);
  expect(continues(later({ undoes: 'x' }), cut)).toBe(false);
  // What a partial undo left has its own way on, which only a complete one ends.
  expect(continues(later({ undoes: '0', status: 'partial' }), record({ undoes: '0', status: 'partial' }))).toBe(false);
});

it('takes only the same restore of the same snapshot for the end of an interrupted one, or its undo', () => {
  const cut = record({ finish: 'dashkeep restore s --apply' });
  expect(continues(later({ finish: 'dashkeep restore s --apply' }), cut)).toBe(true);
  expect(continues(later({ finish: 'dashkeep restore s --only folder/a --apply' }), cut)).toBe(false);
  expect(continues(later({ finish: 'dashkeep restore s --apply', id: '0' }), cut)).toBe(false);
  // A full target takes no safety snapshot, and the advice is to go on without.
  expect(continues(later({ finish: 'dashkeep restore s --no-safety-snapshot --apply' }), cut)).toBe(true);
  // What it uses is added where that was missing.
  const added = { finish: 'dashkeep restore s --also team/a --apply' };
  expect(continues(later(added), cut)).toBe(true);
  expect(continues(later({ finish: 'dashkeep restore s --apply' }), record(added))).toBe(false);
  expect(continues(later({ undoes: '1', source: 'safety' }), cut)).toBe(true);
  const sent = record({ request: { snapshot: 's' } });
  expect(continues(later({ request: { snapshot: 's' } }), sent)).toBe(true);
  const elsewhere = { snapshot: 's', options: { to: { connection: 'production' } } };
  expect(continues(later({ request: elsewhere, connection: 'production' }), sent)).toBe(false);
  // A complete one can only be undone.
  const complete = record({ status: 'complete', request: { snapshot: 's' } });
  expect(continues(later({ request: { snapshot: 's' } }), complete)).toBe(false);
  expect(continues(later({ undoes: '1', source: 'safety' }), complete)).toBe(true);
});

it('takes a restore for the end of one that was cut if all that it wrote differs: that has its own next step', () => {
  const finish = 'dashkeep restore s --apply';
  const differs = later({ status: 'failed', finish, counts: { differs: 1, failed: 0 } });
  expect(continues(differs, record({ finish }))).toBe(true);
  expect(continues({ ...differs, counts: { differs: 1, failed: 1 } }, record({ finish }))).toBe(false);
  const failure = { code: 'DK_GRAFANA_UNREACHABLE', message: '', hint: '' } as const;
  expect(continues({ ...differs, failure }, record({ finish }))).toBe(false);
});

it('takes an undo for later whatever the clocks said, and nothing in another Grafana for the end', () => {
  const key = (x: string) => ({ url: 'http://127.0.0.1:3000', keys: [{ id: 'id-2026-12-es256', x }] });
  const cut = record({ finish: 'dashkeep restore s --apply', grafana: key('one') });
  const same = { finish: 'dashkeep restore s --apply' };
  expect(continues(later({ ...same, grafana: key('one') }), cut)).toBe(true);
  expect(continues(later({ ...same, grafana: key('two') }), cut)).toBe(false);
  expect(continues(later({ undoes: '1', id: '0', grafana: key('one') }), cut)).toBe(true);
  expect(continues(later({ undoes: '1', id: '0', grafana: key('two') }), cut)).toBe(false);
});

it('finds an interrupted restore, and what undid it, however many runs there were since', async () => {
  const clock = new TestClock();
  const world = { clock, store: new MemoryStore({ clock }), randomness: new SeededRandomness() };
  const repository = await open(world);
  const { id: source } = await backup(repository, world, { a: { v: 1 } });
  const write = async (given: Partial<RunRecord>): Promise<RunRecord> => {
    clock.advance(60_000);
    const now = clock.now();
    const [id, time] = [newTimedId(now, world.randomness), now.toISOString()];
    const run = record({ id, source, started: time, finished: time, ...given });
    await repository.writeRun(run);
    return run;
  };
  const request = { snapshot: source };
  const entered = [{ id: 1, login: 'admin', orgs: [{ id: 2, role: 'Viewer' }] }];
  const failed = await write({ status: 'failed', planned: 4, entered, request });
  await write({ status: 'failed', planned: 4, request });
  // Roles are left even if nothing was written.
  expect((await interruptedRestores(repository, {})).map(({ id }) => id)).toEqual([failed.id]);
  await write({ status: 'complete', undoes: failed.id });
  const cut = await write({ planned: 4, request });
  expect(await continuationOf(repository, cut, {})).toBeUndefined();
  const verify = async (times: number): Promise<void> => {
    for (let verified = 0; verified < times; verified++) {
      await write({ kind: 'verify', status: 'complete' });
    }
  };
  await verify(60);
  expect((await interruptedRestores(repository, {})).map(({ id }) => id)).toEqual([cut.id]);
  // Only the newest step is offered, until it is undone.
  const cutUndo = await write({ planned: 4, undoes: cut.id });
  const repeated = await write({ planned: 4, undoes: cut.id });
  expect((await interruptedRestores(repository, {})).map(({ id }) => id)).toEqual([repeated.id]);
  await write({ status: 'complete', undoes: repeated.id });
  expect((await interruptedRestores(repository, {})).map(({ id }) => id)).toEqual([cutUndo.id]);
  await write({ status: 'complete', undoes: cutUndo.id });
  expect((await interruptedRestores(repository, {})).map(({ id }) => id)).toEqual([cut.id]);
  const finished = await write({ status: 'complete', request });
  await write({ status: 'complete', request });
  expect((await continuationOf(repository, cut, {}))?.id).toBe(finished.id);
  const undo = await write({ status: 'complete', undoes: cut.id });
  await verify(60);
  expect((await continuationOf(repository, cut, {}))?.id).toBe(undo.id);
  expect(await interruptedRestores(repository, {})).toEqual([]);
});

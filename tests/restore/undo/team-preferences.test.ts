import { afterEach, expect, it } from 'vitest';
import { RestoreBench } from '../harness.ts';
import { planOfUndo, undo } from './undoing.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const team = () => [...bench.sim.state.org(1).teams.values()].find(({ name }) => name === 'ops')!;
const put = (body: object) => bench.api(`PUT /api/teams/${team().id}/preferences`, body);

/** A restore of preferences to a team without any, after a safety snapshot of everything, which lists none of it. */
async function restored(): Promise<string> {
  bench = await RestoreBench.start({ profile: '12.4' });
  await bench.api('POST /api/teams', { name: 'ops' });
  await put({ theme: 'dark', timezone: 'utc' });
  const manifest = await bench.backup();
  await put({ theme: '', timezone: '' });
  // The snapshot before doesn't know it, so the next one reads everything.
  await bench.api('POST /api/orgs', { name: 'Second' });
  const selection = { only: [{ kind: 'org-preferences' as const, uid: 'team:ops' }] };
  const { run } = await bench.applyRecorded({ manifest, selection, options: { overwrite: true } }, true);
  expect(team().preferences).toMatchObject({ theme: 'dark', timezone: 'utc' });
  return run;
}

it('an undo resets the preferences of a team that had none before, and can be undone', async () => {
  const run = await restored();
  expect(await undo(bench, run)).toMatchObject({ status: 'complete', errors: [] });
  expect(Object.values(team().preferences ?? {}).filter((value) => value !== '')).toEqual([]);
  const [last] = await bench.repository.runs({ limit: 1 });
  expect(await undo(bench, last!.id)).toMatchObject({ status: 'complete', errors: [] });
  expect(team().preferences).toMatchObject({ theme: 'dark', timezone: 'utc' });
});

it('an undo leaves those that somebody changed since', async () => {
  const run = await restored();
  await put({ theme: 'light' });
  const { plan } = await planOfUndo(bench, run);
  expect(plan.items).toEqual([expect.objectContaining({ uid: 'team:ops', action: 'skip', code: 'changed-since' })]);
});

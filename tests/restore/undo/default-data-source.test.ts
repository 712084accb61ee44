import { afterEach, expect, it } from 'vitest';
import { RestoreBench } from '../harness.ts';
import { undo } from './undoing.ts';

let bench: RestoreBench;
afterEach(() => bench.close());

const source = (name: string, isDefault: boolean) => ({
  ...{ uid: name, name, type: 'prometheus', access: 'proxy', url: 'http://prometheus', isDefault },
});
const sources = () => [...bench.sim.state.org(1).dataSources.values()].map(({ uid, isDefault }) => [uid, isDefault]);
const makeDefault = () => bench.api('PUT /api/datasources/uid/kept', source('kept', true));

/** A restore of the default data source, which someone had deleted and replaced as the default. */
async function restored(): Promise<string> {
  bench = await RestoreBench.start({ profile: '12.4' });
  await bench.api('POST /api/datasources', source('kept', false));
  await bench.api('POST /api/datasources', source('lost', true));
  const manifest = await bench.backup();
  await bench.api('DELETE /api/datasources/uid/lost');
  await makeDefault();
  const { run } = await bench.applyRecorded({ manifest, options: { overwrite: true } }, true);
  expect(sources().toSorted()).toEqual([
    ['kept', false],
    ['lost', true],
  ]);
  return run;
}

it('an undo deletes the data source from which it takes the default', async () => {
  const run = await restored();
  expect(await undo(bench, run)).toMatchObject({ status: 'complete', errors: [] });
  expect(sources()).toEqual([['kept', true]]);
});

it('an undo deletes a created data source that is no longer the default', async () => {
  const run = await restored();
  await makeDefault();
  expect(await undo(bench, run)).toMatchObject({ status: 'complete', errors: [] });
  expect(sources()).toEqual([['kept', true]]);
});

it('an undo keeps a created data source that someone changed since', async () => {
  const run = await restored();
  await bench.api('PUT /api/datasources/uid/lost', { ...source('lost', true), url: 'http://other' });
  await undo(bench, run);
  expect(sources()).toContainEqual(['lost', false]);
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import type { RunRecord } from '../../pkg/contract/runs.ts';
import { writeEnd } from '../../pkg/engine/runs.ts';
import { RestoreBench } from '../restore/harness.ts';
import { stoppedAt } from '../restore/undo/undoing.ts';

/**
 * Finishing a restore gives a folder that it created its permissions without confirmation. The holder of the write key,
 * or someone who changes the folder, wants more to be given in the same way.
 */
let bench: RestoreBench;
let good: Manifest;
let states: [key: string, body: Buffer][];

const permit = (items: object[]) => bench.api('POST /api/folders/wide/permissions', { items });
const DEFAULT = [
  { userId: 1, permission: 4 },
  { role: 'Editor', permission: 2 },
  { role: 'Viewer', permission: 1 },
];

beforeEach(async () => {
  bench = await RestoreBench.start({ profile: '12.4', nestedFolders: true });
  await bench.api('POST /api/folders', { uid: 'wide', title: 'Wide' });
  await permit([...DEFAULT.slice(0, 2), { role: 'Viewer', permission: 2 }]);
  good = await bench.backup();
  bench.sim.advance(5_000);
  await bench.api('DELETE /api/folders/wide');
  const { store } = bench.repository;
  const put = store.put.bind(store);
  states = [];
  store.put = async (key, body, options) => {
    states.push([key, Buffer.from(body)]);
    return put(key, body, options);
  };
});
afterEach(() => bench.close());

/** Restores, and is killed after Grafana got a request. */
async function killed(match: RegExp): Promise<void> {
  const restore = (signal: AbortSignal) => bench.applyRecorded({ manifest: good, signal }, true);
  await expect(stoppedAt(bench, { match, end: 'killed' }, restore)).rejects.toThrow();
}

const FOLDER = /^POST .*folders(\?|$)/;
const PERMISSIONS = /^POST .*access-control\/folders/;

const confirmOf = async (manifest = good, overwrite = true): Promise<string | undefined> =>
  (await bench.plan({ manifest, options: { overwrite } })).confirm;

/** The state of the newest record of a run for which something is true. */
function stateWhere(isMeant: (record: RunRecord) => boolean): [key: string, body: Buffer] {
  const found = states.findLast(
    ([key, body]) => key.startsWith('runs/') && isMeant(JSON.parse(String(body)) as RunRecord),
  );
  return found!;
}

const touches = ({ touched = [] }: RunRecord, kind: string): boolean => touched.some((one) => one.kind === kind);

describe('after a restore was killed that had created a folder', () => {
  beforeEach(async () => {
    await killed(FOLDER);
    expect(await confirmOf()).toBeUndefined();
    expect(await confirmOf(good, false)).toBeUndefined();
  });

  it('asks if no trusted key signed the record', async () => {
    const [key, body] = stateWhere(() => true);
    const { signature: _, ...unsigned } = JSON.parse(String(body)) as Record<string, unknown>;
    await bench.repository.store.put(key, Buffer.from(JSON.stringify(unsigned)));
    expect(await confirmOf()).toBe('1 security change');
  });

  it('asks if another snapshot is restored', async () => {
    const other = { ...good, id: `${good.id.slice(0, -1)}${good.id.endsWith('0') ? '1' : '0'}` };
    expect(await confirmOf(other)).toBe('1 security change');
  });

  it('asks if someone narrowed the permissions since', async () => {
    await permit(DEFAULT.slice(0, 2));
    expect(await confirmOf()).toBe('1 security change');
    await permit([]);
    expect(await confirmOf()).toBe('3 security changes');
  });

  it('asks if someone put another folder in its place since', async () => {
    await bench.api('DELETE /api/folders/wide');
    await bench.api('POST /api/folders', { uid: 'wide', title: 'Salaries' });
    expect(await confirmOf()).toBe('1 security change');
  });

  it('asks if a second attempt wrote the permissions and someone removed its record', async () => {
    await killed(PERMISSIONS);
    await permit(DEFAULT);
    const [key] = stateWhere((record) => touches(record, 'folder-permissions'));
    await bench.repository.store.deleteMany([key]);
    expect(await confirmOf()).toBe('1 security change');
  });

  it('asks if a restore finished it and someone narrowed the permissions since, even without its record', async () => {
    const { run } = await bench.applyRecorded({ manifest: good }, true);
    await permit(DEFAULT);
    expect(await confirmOf()).toBe('1 security change');
    await bench.repository.store.deleteMany([`runs/${run}.json`]);
    expect(await confirmOf()).toBe('1 security change');
  });
});

it('asks if someone put back a record from before the killed restore wrote the permissions', async () => {
  await killed(PERMISSIONS);
  await permit(DEFAULT);
  const [key, body] = stateWhere((record) => touches(record, 'folder') && !touches(record, 'folder-permissions'));
  await bench.repository.store.put(key, body);
  expect(await confirmOf()).toBe('1 security change');
  // Nor does it help to have a service add the end of that run.
  const { touched: _, ...record } = JSON.parse(String(body)) as RunRecord;
  await writeEnd(bench.repository, { ...record, status: 'interrupted' });
  expect(await confirmOf()).toBe('1 security change');
});

import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Manifest } from '../../pkg/contract/manifest.ts';
import type { RunRecord } from '../../pkg/contract/runs.ts';
import { runCli, type Ended } from '../support/cli.ts';
import { keepDirectory, memoryDirectory, type KeptDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { call } from '../simulator/http.ts';

/**
 * Someone who may write to the bucket changes the record of a restore, so that undoing it takes back more: what people
 * made since, and what they changed.
 */
let grafana: Simulator;
let directory: Awaited<ReturnType<typeof memoryDirectory>>;
let kept: KeptDirectory;
let restoreGrafana: () => void;
let run: string;

const cli = (args: string[], machine = 'writer'): Promise<Ended> => {
  const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/${machine}`];
  return runCli([...args, '--json', ...where], { GRAFANA_URL: grafana.url, GRAFANA_API_TOKEN: grafana.token() });
};
const api = (route: string, body?: unknown) => call(grafana, 'admin:admin', route, body);
const recordFile = (): string => join(directory.path, 'repository/runs', `${run}.json`);
const UNDO = ['--apply', '--confirm', 'Main Org.'];

async function forge(change: (record: RunRecord, manifest: Manifest) => void): Promise<void> {
  const record = JSON.parse(await readFile(recordFile(), 'utf8')) as RunRecord;
  const snapshots = join(directory.path, 'repository/snapshots');
  const newest = (await readdir(snapshots)).sort().at(-1) ?? '';
  const text = gunzipSync(await readFile(join(snapshots, newest))).toString('utf8');
  change(record, JSON.parse(text) as Manifest);
  await writeFile(recordFile(), `${JSON.stringify(record)}\n`);
}

beforeAll(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  grafana.seedDashboards({ count: 3, folders: 1 });
  directory = await memoryDirectory();
  await cli(['backup']);
  const [gone] = (await api('GET /api/search?type=dash-db')).body as { uid: string }[];
  await api(`DELETE /api/dashboards/uid/${gone!.uid}`);
  run = (await cli(['restore', 'latest', '--only', `dashboard/${gone!.uid}`, '--apply'])).json.run;
  await api('POST /api/dashboards/db', { dashboard: { uid: 'innocent', title: 'Innocent', panels: [] } });
  await cli(['backup']);
  expect((await api('GET /api/dashboards/uid/innocent')).status).toBe(200);
  restoreGrafana = grafana.keep();
  kept = await keepDirectory(directory);
});
beforeEach(async () => {
  restoreGrafana();
  await kept.restore();
});
afterAll(async () => {
  await Promise.all([grafana.close(), directory.remove(), kept.remove()]);
});

it('what was added to a record is not taken back, and nothing else of it', async () => {
  await forge((record, { resources }) => {
    const { object } = resources.find(({ kind, uid }) => kind === 'dashboard' && uid === 'innocent')!;
    record.touched!.push({ org: 1, kind: 'dashboard', uid: 'innocent', did: 'created', mark: object.slice(0, 32) });
  });
  grafana.clearRequests();
  await expect(cli(['restore', '--undo', run, ...UNDO])).rejects.toMatchObject({ code: 'DK_RUN_UNTRUSTED', exit: 4 });
  expect(grafana.writes()).toEqual([]);
  expect((await api('GET /api/dashboards/uid/innocent')).status).toBe(200);
});

it('another snapshot than the one that its run made is no way back', async () => {
  const { snapshots } = (await cli(['snapshots'])).json as { snapshots: { id: string; trigger: string }[] };
  const regular = snapshots.find(({ trigger }) => trigger === 'manual')!.id;
  await forge((record) => Object.assign(record, { snapshot: regular }));
  await expect(cli(['restore', '--undo', run, ...UNDO])).rejects.toMatchObject({ code: 'DK_RUN_UNTRUSTED' });
});

it('a record without a signature, as earlier releases wrote them, is not undone', async () => {
  await forge((record) => delete (record as { signature?: string }).signature);
  await expect(cli(['restore', '--undo', run, ...UNDO])).rejects.toMatchObject({
    code: 'DK_RUN_UNTRUSTED',
    hint: expect.stringContaining('dashkeep restore'),
  });
});

it('the record of another run, put in its place, is not undone', async () => {
  const other = '20200101T000000Z-00000000';
  const forged = JSON.parse(await readFile(recordFile(), 'utf8')) as RunRecord;
  await writeFile(join(directory.path, 'repository/runs', `${other}.json`), JSON.stringify(forged));
  await expect(cli(['restore', '--undo', other, ...UNDO])).rejects.toMatchObject({ code: 'DK_NOT_FOUND' });
});

it('a machine that trusts another key does not undo it, and the one that wrote it does', async () => {
  await expect(cli(['restore', '--undo', run, ...UNDO], 'stranger')).rejects.toMatchObject({
    code: 'DK_RUN_UNTRUSTED',
    hint: expect.stringMatching(/If that key is yours, trust it .*: dashkeep trust [0-9a-f]{32}\. /),
  });
  expect((await cli(['restore', '--undo', run, ...UNDO])).exit).toBe(0);
  expect((await api('GET /api/dashboards/uid/innocent')).status).toBe(200);
});

it('an undo takes nothing from an unsigned safety snapshot, even if a person accepts it', async () => {
  const { snapshots } = (await cli(['snapshots'])).json as { snapshots: { id: string; trigger: string }[] };
  const safety = snapshots.find(({ trigger }) => trigger === 'safety')!.id;
  const signatures = join(directory.path, 'repository/signatures');
  for (const name of await readdir(signatures, { recursive: true })) {
    if (name.includes(safety)) {
      await rm(join(signatures, name), { recursive: true });
    }
  }
  grafana.clearRequests();
  const undo = ['restore', '--undo', run, '--apply', '--confirm', `${safety} Main Org.`];
  await expect(cli(undo)).rejects.toMatchObject({ code: 'DK_SNAPSHOT_FOREIGN' });
  await expect(cli([...undo, '--accept-foreign'])).rejects.toMatchObject({
    code: 'DK_USAGE',
    message: '--undo restores only from a signed safety snapshot: remove --accept-foreign',
  });
  expect(grafana.writes()).toEqual([]);
});

import { execFile } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RawText } from '../../pkg/lib/json/json.ts';
import { temporaryDirectory } from '../support/directories.ts';
import { addDashboard, contentOf } from '../support/grafana/dashboards.ts';
import { addFolder } from '../support/grafana/folders.ts';
import { startGrafana } from '../support/grafana/index.ts';
import type { Simulator } from '../support/grafana/simulator.ts';
import { program } from '../support/program.ts';
import { addSnapshot } from './support/heavy.ts';

/* An editor makes the list of all resources so large that no one could read it, or that nothing would be published. */

/** With a small heap, fewer things do. */
const HEAP = '--max-old-space-size=128';
/** Grafana takes such titles; JSON writes six characters for each. */
const LONG = '\u0001'.repeat(1000);

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  directory = await temporaryDirectory();
  grafana.seedDashboards({ count: 5, folders: 2, bytes: 3000 });
});

afterEach(async () => {
  await grafana.close();
  await directory.remove();
});

interface Ended {
  exit: number | null;
  error: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into documents of many shapes
  json: any;
}

async function dashkeep(...args: string[]): Promise<Ended> {
  const file = await program();
  const env = {
    PATH: process.env['PATH'],
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
  };
  return new Promise((resolve) => {
    const all = [HEAP, file, ...args, '--json'];
    const child = execFile(process.execPath, all, { env, maxBuffer: 2 ** 30 }, (_, out, error) =>
      resolve({ exit: child.exitCode, error, json: out === '' ? undefined : JSON.parse(out) }),
    );
  });
}

/** Deletes a dashboard of someone else, and looks whether the snapshot brings it back. */
async function expectRestorable(): Promise<void> {
  const [gone = ''] = [...grafana.state.org(1).dashboards.values()]
    .filter(({ title }) => title !== LONG)
    .map(({ uid }) => uid);
  grafana.state.org(1).dashboards.delete(gone);
  const restored = await dashkeep('restore', 'latest', '--only', `dashboard/${gone}`, '--apply');
  expect(restored.error).not.toContain('DK_');
  expect(restored.json.results).toContainEqual(expect.objectContaining({ uid: gone, outcome: 'verified' }));
}

it('by long titles of folders within folders, which every entry in them names', async () => {
  const { state } = grafana;
  const org = state.org(1);
  let parentUid = '';
  for (const uid of ['one', 'two', 'three', 'four']) {
    addFolder(state, org, { uid, title: LONG, parentUid, by: 'user:1', acl: [] });
    parentUid = uid;
  }
  for (let number = 0; number < 300; number++) {
    const content = contentOf({ title: LONG, schemaVersion: 41, panels: [] }, 'v1beta1');
    addDashboard(state, org, { ...content, uid: `long-${number}`, folderUid: parentUid, by: 'user:1', acl: [] });
  }
  const backup = await dashkeep('backup');
  expect(backup).toMatchObject({ exit: 0, json: { status: 'complete' } });
  await expectRestorable();
});

it('by problems with long names', async () => {
  const deep = new RawText('['.repeat(500) + ']'.repeat(500));
  for (let number = 0; number < 1500; number++) {
    addSnapshot(grafana, `${LONG.slice(0, 150)}${number}`, LONG, deep);
  }
  const backup = await dashkeep('backup');
  expect(backup).toMatchObject({ exit: 3, json: { kinds: { 'dashboard-snapshot': { failed: 1500 } } } });
  const { errors } = backup.json as { errors: { uid: string; code: string; count?: number }[] };
  expect(errors.at(-1)).toMatchObject({ uid: '', code: 'others-too', count: 1501 - errors.length });
  await expectRestorable();
});

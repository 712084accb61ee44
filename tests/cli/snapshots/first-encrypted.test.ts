import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runMain } from '../../support/cli.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { variants } from '../../support/budget.ts';

let grafana: Simulator;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let recipients: string;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  grafana.seedDashboards({ count: 30, folders: 1, v2Share: 0 });
  directory = await temporaryDirectory();
  recipients = '';
});
afterEach(async () => {
  await Promise.all([grafana.close(), directory.remove()]);
});

/** From now on, backups are encrypted for a new key, which none of them was encrypted for before. */
async function replaceKeys(): Promise<void> {
  recipients = await identityToRecipient(await generateIdentity());
}

function dashkeep(...args: string[]): ReturnType<typeof runMain> {
  return runMain([...args, '--json'], {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token({ role: 'Admin' }),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_AGE_RECIPIENTS: recipients,
  });
}

async function backup(
  kinds = 'folder,dashboard',
): Promise<{ snapshot: string; error: string; exit: number; changes: unknown }> {
  const { exit, json, error } = await dashkeep('backup', '--kinds', kinds);
  const { runs } = (await dashkeep('runs', '--limit', '1')).json;
  const { added, changed, removed } = runs[0].counts;
  return { ...json, exit, error, changes: { added, changed, removed } };
}

it('what is only encrypted under another key than before has not changed', async () => {
  const nothing = { added: 0, changed: 0, removed: 0 };
  await backup();
  for (let turn = 0; turn < 2; turn++) {
    await replaceKeys();
    const encrypted = await backup();
    // The first key replaces none.
    expect(encrypted).toMatchObject({ exit: turn === 0 ? 0 : 3, changes: nothing });
    expect(encrypted.error).toContain('earlier snapshots stay unencrypted');
    expect(encrypted.error).toContain('dashkeep copy');
  }
  expect(await backup()).toMatchObject({ exit: 0, changes: nothing });
});

it('the doctor calls a repository encrypted only if it contains something encrypted', async () => {
  const found = async (): Promise<string> => JSON.stringify((await dashkeep('doctor')).json.checks);
  await backup();
  await replaceKeys();
  expect(await found()).toContain('the target contains a repository');
  await backup();
  expect(await found()).toContain('the target contains an encrypted repository');
});

it.each(
  variants([
    { what: 'the permissions of a renamed dashboard', renamed: ' II', changed: 1 },
    { what: 'a dashboard that was saved as it was', renamed: '', changed: 0 },
  ]),
)('$what: not a change, even under another key', async ({ renamed, changed }) => {
  await backup('folder,dashboard,dashboard-permissions');
  const headers = { Authorization: `Bearer ${grafana.token({ role: 'Admin' })}`, 'Content-Type': 'application/json' };
  const { uid, ...found } = (await (await fetch(`${grafana.url}/api/search?type=dash-db`, { headers })).json())[0];
  const { dashboard } = await (await fetch(`${grafana.url}/api/dashboards/uid/${uid}`, { headers })).json();
  dashboard.title += renamed;
  const body = JSON.stringify({ dashboard, folderUid: found.folderUid, overwrite: true });
  const saved = await fetch(`${grafana.url}/api/dashboards/db`, { method: 'POST', headers, body });
  expect(saved.status).toBe(200);
  await replaceKeys();
  const encrypted = await backup('folder,dashboard,dashboard-permissions');
  expect(encrypted).toMatchObject({ exit: 0, changes: { added: 0, changed, removed: 0 } });
});

it('a Grafana that was emptied before keys were replaced is a loss: reported, and the last full snapshot held', async () => {
  let since = (await backup()).snapshot;
  for (let turn = 0; turn < 2; turn++) {
    grafana.wipe();
    await replaceKeys();
    const emptied = await backup();
    expect(emptied).toMatchObject({ exit: 3, shrunk: { since }, lastFull: since });
    expect(emptied.changes).toMatchObject({ added: 0 });
    const { snapshots } = (await dashkeep('snapshots')).json;
    expect(snapshots.find(({ id }: { id: string }) => id === since).hold).toMatchObject({ by: 'Dashkeep' });
    grafana.seedDashboards({ count: 30, folders: 1, v2Share: 0 });
    const refilled = await backup();
    expect(refilled).toMatchObject({ exit: 0 });
    since = refilled.snapshot;
  }
});

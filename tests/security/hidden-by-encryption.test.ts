import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { expect, it } from 'vitest';
import { call } from '../simulator/http.ts';
import { runCli } from '../support/cli.ts';
import { memoryDirectory } from '../support/directories.ts';
import { startGrafana } from '../support/grafana/index.ts';

it('a change of the same length, made when encryption was set up, is in the comparison', async () => {
  const grafana = await startGrafana({ profile: '12.4' });
  grafana.seedDashboards({ count: 3, folders: 2 });
  const [opened = ''] = [...grafana.state.org(1).folders.keys()].sort();
  const give = (permission: number): Promise<unknown> =>
    call(grafana, 'admin:admin', `POST /api/folders/${opened}/permissions`, {
      items: [{ role: 'Viewer', permission }],
    });
  const directory = await memoryDirectory();
  const identity = await generateIdentity();
  await writeFile(join(directory.path, 'identity'), identity, { mode: 0o600 });
  const environment = {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: join(directory.path, 'state'),
  };
  const encryption = {
    DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(identity),
    DASHKEEP_AGE_IDENTITY_FILE: join(directory.path, 'identity'),
  };
  const backup = async (more: object): Promise<string> =>
    (await runCli(['backup', '--json'], { ...environment, ...more })).json.snapshot;
  await give(1);
  const plain = await backup({});
  await give(2);
  const encrypted = await backup(encryption);
  for (const sides of [
    [plain, encrypted],
    [encrypted, plain],
  ]) {
    const { json } = await runCli(['diff', ...sides, '--json'], { ...environment, ...encryption });
    expect(json.changed).toMatchObject([{ kind: 'folder-permissions', uid: opened }]);
    expect([json.added, json.removed]).toEqual([[], []]);
  }
  await grafana.close();
  await directory.remove();
});

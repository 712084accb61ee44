import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { expect, it } from 'vitest';
import { runCli, type Ended } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';

it('what is only encrypted since a snapshot has not changed, in snapshots and now', async () => {
  const grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 3, folders: 1 });
  const directory = await memoryDirectory();
  const identity = await generateIdentity();
  await writeFile(join(directory.path, 'identity'), identity, { mode: 0o600 });
  let environment: Record<string, string> = {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: `file://${directory.path}/repository`,
    DASHKEEP_STATE_DIR: join(directory.path, 'state'),
  };
  const run = (...args: string[]): Promise<Ended> => runCli(args, environment);
  const backup = async (): Promise<string> =>
    (await run('backup', '--kinds', 'folder,dashboard', '--json')).json.snapshot;
  const changed = async (from: string, to: string): Promise<unknown> => (await run('diff', from, to, '--json')).json;
  const plain = await backup();
  environment = {
    ...environment,
    DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(identity),
    DASHKEEP_AGE_IDENTITY_FILE: join(directory.path, 'identity'),
  };
  const encrypted = await backup();
  expect(encrypted).toBeTruthy();
  const nothing = { added: [], changed: [], removed: [] };
  expect(await changed(plain, encrypted)).toMatchObject(nothing);
  expect(await changed(encrypted, plain)).toMatchObject(nothing);
  expect(await changed(plain, 'live')).toMatchObject(nothing);
  await grafana.close();
  await directory.remove();
});

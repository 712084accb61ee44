import { generateIdentity, identityToRecipient } from 'age-encryption';
import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { runMain } from '../../support/cli.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';

it('a copy that is refused without an identity is recorded, and creates nothing', async () => {
  const grafana = await startGrafana({ profile: '12.4' });
  const directory = await temporaryDirectory();
  try {
    const environment = {
      GRAFANA_URL: grafana.url,
      GRAFANA_API_TOKEN: grafana.token({ role: 'Admin' }),
      DASHKEEP_TARGET: `file://${directory.path}/repository`,
      DASHKEEP_STATE_DIR: `${directory.path}/state`,
      DASHKEEP_KUBERNETES: 'off',
    };
    const recipients = { DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(await generateIdentity()) };
    expect((await runMain(['backup'], { ...environment, ...recipients })).exit).toBe(0);
    const copy = await runMain(['copy', `file://${directory.path}/copy`], environment);
    expect(copy).toMatchObject({ exit: 2, error: expect.not.stringContaining('could not be written') });
    expect(await readdir(`${directory.path}/copy`).catch(() => [])).toEqual([]);
    const { runs } = (await runMain(['runs', '--json'], environment)).json;
    expect(runs[0]).toMatchObject({ kind: 'copy', status: 'failed', failure: { code: 'DK_IDENTITY_MISSING' } });
    // Nothing else is written without recipients.
    expect((await runMain(['note', 'latest', 'kept'], environment)).exit).toBe(2);
  } finally {
    await Promise.all([grafana.close(), directory.remove()]);
  }
});

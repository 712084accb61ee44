import { generateIdentity, identityToRecipient } from 'age-encryption';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runMain } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';

it.each(['', await generateIdentity()])(
  'a target that was emptied while a backup ran has no snapshot until the next one',
  async (identity) => {
    const directory = await memoryDirectory();
    const grafana = await startGrafana({ profile: '12.4' });
    const target = join(directory.path, 'repository');
    const environment = {
      GRAFANA_URL: grafana.url,
      GRAFANA_API_TOKEN: grafana.token({ role: 'Admin' }),
      DASHKEEP_TARGET: `file://${target}`,
      DASHKEEP_STATE_DIR: join(directory.path, 'state'),
      DASHKEEP_KUBERNETES: 'off',
      DASHKEEP_AGE_IDENTITY: identity,
      DASHKEEP_AGE_RECIPIENTS: identity && (await identityToRecipient(identity)),
    };
    const empty = (): void => readdirSync(target).forEach((name) => rmSync(join(target, name), { recursive: true }));
    grafana.setFaults({ match: /GET .*access-control/, times: 1, action: { kind: 'before', run: empty } });

    const failed = await runMain(['backup'], environment);
    const next = await runMain(['backup'], environment);
    const elsewhere = await runMain(['show', 'latest', '--json'], {
      ...environment,
      DASHKEEP_STATE_DIR: join(directory.path, 'other'),
    });
    await Promise.all([grafana.close(), directory.remove()]);

    // A folder may be gone just when a file is written to it.
    expect(failed.error).toMatch(/DK_REPOSITORY_MISSING|DK_STORE_FAILED/);
    expect([1, 2]).toContain(failed.exit);
    // That the target was emptied is reported until a person accepts it.
    expect(next.exit, next.error).toBe(3);
    expect(elsewhere.json.status, elsewhere.error).toBe('complete');
  },
);

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { expect, it } from 'vitest';
import { runMain } from '../../support/cli.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import { codeBlocks } from './text.ts';

it('names the addresses of the service and the paths of its files, and has nothing of what is in them', async () => {
  const grafana = await startGrafana({ profile: '12.4' });
  const directory = await temporaryDirectory();
  try {
    const identity = await generateIdentity();
    const files = {
      DASHKEEP_AGE_IDENTITY_FILE: join(directory.path, 'identity.txt'),
      GRAFANA_ADMIN_PASSWORD_FILE: join(directory.path, 'admin password'),
    };
    await writeFile(files.DASHKEEP_AGE_IDENTITY_FILE, identity);
    await writeFile(files.GRAFANA_ADMIN_PASSWORD_FILE, 'admin');
    const environment = {
      ...{ GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin', DASHKEEP_KUBERNETES: 'off', ...files },
      DASHKEEP_AGE_RECIPIENTS: await identityToRecipient(identity),
      DASHKEEP_TARGET: `file://${directory.path}/target`,
      DASHKEEP_STATE_DIR: `${directory.path}/state`,
      DASHKEEP_LISTEN: '10.0.0.7:3210',
      DASHKEEP_OPS_LISTEN: '10.0.0.7:9464',
      DASHKEEP_URL: 'https://user:secret@dashkeep.example.com',
    };
    expect((await runMain(['backup'], environment)).exit).toBe(0);

    const { exit, out } = await runMain(['recovery-kit'], environment);

    expect(exit).toBe(0);
    const [block = ''] = codeBlocks(out).filter((text) => text.includes('DASHKEEP_LISTEN'));
    expect(block.trim().split('\n').sort()).toEqual([
      `export DASHKEEP_AGE_IDENTITY_FILE=${files.DASHKEEP_AGE_IDENTITY_FILE}`,
      'export DASHKEEP_LISTEN=10.0.0.7:3210',
      'export DASHKEEP_OPS_LISTEN=10.0.0.7:9464',
      `export DASHKEEP_STATE_DIR=${environment.DASHKEEP_STATE_DIR}`,
      'export DASHKEEP_URL=https://dashkeep.example.com',
      `export GRAFANA_ADMIN_PASSWORD_FILE='${files.GRAFANA_ADMIN_PASSWORD_FILE}'`,
    ]);
    expect(out).not.toContain(identity);
  } finally {
    await grafana.close();
    await directory.remove();
  }
});

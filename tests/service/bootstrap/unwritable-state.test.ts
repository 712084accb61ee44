import { readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import { startService } from '../../support/service.ts';

it.runIf(process.platform === 'linux')(
  'a first backup without a place for the token fails with this reason, and creates no repository',
  async () => {
    const grafana = await startGrafana({ profile: '12.4' });
    const { path: directory } = await temporaryDirectory();
    // A directory in which nothing exists, and nobody can create a file.
    await symlink('/proc/none', join(directory, 'state'));
    const service = await startService({ grafanaUrl: grafana.url, directory });
    try {
      const { json } = await service.call('POST', '/runs', { kind: 'backup' });
      const run = await service.ended(json.id);
      expect(run).toMatchObject({ status: 'failed', failure: { code: 'DK_STATE' } });
      expect(await readdir(join(directory, 'target')).catch(() => [])).not.toContain('dashkeep.json');
    } finally {
      await service.stop();
      await grafana.close();
    }
  },
);

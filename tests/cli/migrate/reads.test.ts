import { expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runCli } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import { startS3Server } from '../../support/s3/server.ts';

it('reads no dashboard more often if alert rules are paused', async () => {
  const stage = await startGrafana({ profile: '12.4' });
  const production = await startGrafana({ profile: '12.4' });
  const directory = await memoryDirectory();
  let reads = 0;
  // Smaller bodies are kept in memory.
  const description = 'x'.repeat(200_000);
  const s3 = await startS3Server({
    fault: ({ operation, key }) => {
      reads += operation === 'GetObject' && /\/objects\//.test(key ?? '') ? 1 : 0;
      return undefined;
    },
  });
  const environment = {
    GRAFANA_URL: stage.url,
    GRAFANA_API_TOKEN: stage.token({ role: 'Admin' }),
    DASHKEEP_TARGET: 's3://test/backups',
    DASHKEEP_STATE_DIR: `${directory.path}/state`,
    DASHKEEP_CONNECTION_PRODUCTION_URL: production.url,
    DASHKEEP_CONNECTION_PRODUCTION_TOKEN: production.token({ role: 'Admin' }),
    ...s3.environment,
  };
  await call(stage, 'admin:admin', 'POST /api/folders', { uid: 'team', title: 'Team' });
  for (const uid of ['a', 'b', 'c', 'd']) {
    await call(stage, 'admin:admin', 'POST /api/dashboards/db', {
      dashboard: { uid, title: uid, description },
      folderUid: 'team',
    });
  }
  expect((await runCli(['backup'], environment)).exit).toBe(0);

  const readsOf = async (...args: string[]): Promise<number> => {
    const before = reads;
    const asked = ['migrate', '--to', 'production', '--folder', 'team', '--from', 'latest', '--apply', ...args];
    expect((await runCli(asked, environment)).exit).toBe(0);
    await call(production, 'admin:admin', 'DELETE /api/folders/team');
    return reads - before;
  };
  await readsOf();
  const plain = await readsOf();
  expect(plain).toBeGreaterThan(0);
  expect(await readsOf('--pause-rules')).toBe(plain);

  await Promise.all([stage.close(), production.close(), s3.close(), directory.remove()]);
});

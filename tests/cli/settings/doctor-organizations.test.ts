import { expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runMain } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';

it('after bootstrap, the doctor says that backups from the command line include the other organizations', async () => {
  const grafana = await startGrafana({ profile: '12.4' });
  const directory = await memoryDirectory();
  await call(grafana, 'admin:admin', 'POST /api/orgs', { name: 'Second' });
  const environment = {
    ...{ GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' },
    ...{ DASHKEEP_STATE_DIR: `${directory.path}/state`, DASHKEEP_TARGET: `file://${directory.path}/repository` },
    DASHKEEP_KUBERNETES: 'off',
  };
  const run = (...args: string[]) => runMain(args, environment);
  expect((await run('bootstrap')).exit).toBe(0);
  expect((await run('backup')).out).toContain('2 of 2 organizations');
  const { out } = await run('doctor');
  expect(out).not.toContain('organization Second (2) is not backed up');
  expect(out).toContain(
    'a service with these settings does not back up organization Second (2); `dashkeep backup` does, because the admin credentials reach it',
  );
  await grafana.close();
  await directory.remove();
});

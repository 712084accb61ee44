import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Log } from '../../../pkg/contract/ports.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { runCli } from '../../support/cli.ts';
import { memoryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

const ADMIN = { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };

describe('a token beside the credentials of an admin', () => {
  let grafana: Simulator;
  let directory: Awaited<ReturnType<typeof memoryDirectory>>;
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (_, message) => warnings.push(message ?? '') };

  beforeEach(async () => {
    grafana = await startGrafana({ profile: '12.4' });
    grafana.seedDashboards({ count: 1, folders: 1 });
    directory = await memoryDirectory();
  });
  afterEach(async () => {
    await grafana.close();
    await directory.remove();
  });

  async function run(command: string[], environment: Record<string, string>): Promise<string[]> {
    warnings.length = 0;
    const where = ['--target', `file://${directory.path}/repository`, '--state-dir', `${directory.path}/state`];
    const given = { GRAFANA_URL: grafana.url, DASHKEEP_KUBERNETES: 'off', ...environment };
    await runCli([...command, ...where], given, { log });
    return warnings.filter((line) => line.includes('GRAFANA_API_TOKEN'));
  }

  const backup = (environment: Record<string, string>) => run(['backup', '--kinds', 'folder'], environment);

  it('is named as ignored, with what to do', async () => {
    expect(await backup({ ...ADMIN, GRAFANA_API_TOKEN: 'glsa_not_a_token_of_this_grafana' })).toEqual([
      'GRAFANA_API_TOKEN is ignored, because GRAFANA_ADMIN_USER and GRAFANA_ADMIN_PASSWORD are set. Unset GRAFANA_API_TOKEN or, to use it, unset the other two.',
    ]);
  });

  it.each([['restore', 'latest'], ['doctor']])('is named once by %s', async (...command) => {
    await backup(ADMIN);
    expect(await run(command, { ...ADMIN, GRAFANA_API_TOKEN: 'glsa_ignored' })).toHaveLength(1);
  });

  it('is named as the file that contains it', async () => {
    const [warning] = await backup({ ...ADMIN, GRAFANA_API_TOKEN_FILE: '/nowhere' });
    expect(warning).toContain('Unset GRAFANA_API_TOKEN_FILE');
  });

  it('is no cause for a warning where the chart gives it to a Job', async () => {
    const given = { ...ADMIN, GRAFANA_API_TOKEN: 'glsa_stored', DASHKEEP_TOKEN_SECRET: 'grafana-backup' };
    expect(await backup(given)).toEqual([]);
  });

  it('alone, and the admin alone, are no cause for a warning', async () => {
    expect(await backup(ADMIN)).toEqual([]);
    expect(await backup({ GRAFANA_API_TOKEN: grafana.token() })).toEqual([]);
  });
});
